//! "Shared with": people and groups, what they may do, and the way to add and remove them.

use super::api::{list_shares, share_thing, unshare_thing};
use super::state::{choice_options, chosen, key, level_options};
use crate::error::AppError;
use crate::ui::{Button, ButtonSize, ButtonVariant, Card, FormError, LiveView, Select, Table, TableSkeleton, use_toasts};
use domain::sharing::{Share, ShareLevel, ShareWith, Shared, Sharing};
use leptos::prelude::*;

/// What is to become of one share; without a level it ends.
type Change = (ShareWith, Option<ShareLevel>);

/// With whom the thing is shared.
#[component]
pub fn SharesCard(
    /// The dataset or the prompt.
    thing: Shared,
    /// Counts the changes, so that others look again.
    changed: RwSignal<u32>,
) -> impl IntoView {
    let sharing = Resource::new(|| (), move |()| list_shares(thing));
    let change = change_action(thing, sharing, changed);
    view! {
        <Card title="Shared with" description="While it is private, it is yours and theirs whom you choose here. Leaving a group ends what came with it at once.">
            <LiveView resource=sharing skeleton=|| view! { <TableSkeleton/> } let:sharing>
                <ShareTable sharing change/>
                <AddForm sharing change/>
            </LiveView>
        </Card>
    }
    .into_any()
}

fn change_action(
    thing: Shared,
    sharing: Resource<Result<Sharing, AppError>>,
    changed: RwSignal<u32>,
) -> Action<Change, Result<(), AppError>> {
    let toasts = use_toasts();
    Action::new(move |&(with, level): &Change| async move {
        match level {
            Some(level) => share_thing(thing, with, level).await?,
            None => unshare_thing(thing, with).await?,
        };
        toasts.success(if level.is_some() { "Shared" } else { "Not shared any more" });
        sharing.refetch();
        changed.update(|count| *count += 1);
        Ok(())
    })
}

#[component]
fn ShareTable(sharing: Signal<Sharing>, change: Action<Change, Result<(), AppError>>) -> impl IntoView {
    let shares = Memo::new(move |_| sharing.with(|sharing| sharing.shares.clone()));
    let row = move |share: Share| view! { <ShareRow share change/> };
    view! {
        <Show
            when=move || shares.with(|shares| !shares.is_empty())
            fallback=|| view! { <p class="sharing-nobody">"It is shared with nobody yet."</p> }
        >
            <Table label="Shared with">
                <thead>
                    <tr>
                        <th scope="col">"Person or group"</th>
                        <th scope="col">"Right"</th>
                        <th scope="col" class="actions"><span class="sr-only">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{move || shares.get().into_iter().map(row).collect_view()}</tbody>
            </Table>
        </Show>
    }
    .into_any()
}

#[component]
fn ShareRow(share: Share, change: Action<Change, Result<(), AppError>>) -> impl IntoView {
    let with = share.with;
    let value = RwSignal::new(share.level.as_str().to_owned());
    let (right, whose) = (format!("Right of {}", share.name), format!(" {}", share.name));
    // What is stored starts it; what a person chooses goes to the server.
    Effect::new(move |before: Option<String>| {
        let now = value.get();
        if before.is_some_and(|before| before != now) {
            change.dispatch((with, now.parse().ok()));
        }
        now
    });
    let (name, is_group) = (share.name, matches!(with, ShareWith::Group(_)));
    view! {
        <tr>
            <td><span class="cell-title">{name}</span>{is_group.then_some(" · group")}</td>
            <td><Select label=right name="level" id=format!("level-{}", key(with)) options=level_options() value hide_label=true/></td>
            <td class="actions">
                <Button size=ButtonSize::Small on_click=move || { change.dispatch((with, None)); }>
                    "Remove"<span class="sr-only">{whose}</span>
                </Button>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn AddForm(sharing: Signal<Sharing>, change: Action<Change, Result<(), AppError>>) -> impl IntoView {
    let options = Signal::derive(move || sharing.with(|sharing| choice_options(&sharing.choices)));
    let (who, level) = (RwSignal::new(String::new()), RwSignal::new(ShareLevel::View.as_str().to_owned()));
    let error = Signal::derive(move || change.value().get().and_then(Result::err));
    let missing = RwSignal::new(None::<String>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let with = sharing.with_untracked(|sharing| chosen(&sharing.choices, &who.get_untracked()));
        missing.set(with.is_none().then(|| "Choose a person or a group.".to_owned()));
        if let Some(with) = with {
            change.dispatch((with, level.get_untracked().parse().ok()));
            who.set(String::new());
        }
    };
    view! {
        <form class="form sharing-form" on:submit=submit novalidate>
            <FormError error/>
            <Select label="Person or group" name="with" id="share-with" options value=who error=missing/>
            <Select label="Right" name="level" id="share-level" options=level_options() value=level hint="Editing also takes a role that edits."/>
            <div class="form-actions"><Button variant=ButtonVariant::Primary submit=true loading=change.pending()>"Share"</Button></div>
        </form>
    }
    .into_any()
}
