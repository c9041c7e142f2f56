//! Filters: a form that reads, so what is asked for stands in the address and works without JavaScript.

use super::state::screen;
use crate::ui::{Button, ButtonLink, ButtonVariant, Field, FieldKind, Select, SelectOption};
use domain::audit::{AuditChoice, AuditChoices, AuditQuery, AuditScope, Via};
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::Form;

/// What stands in the fields.
#[derive(Clone, Copy)]
struct Fields {
    person: RwSignal<String>,
    action: RwSignal<String>,
    target: RwSignal<String>,
    about: RwSignal<String>,
    via: RwSignal<String>,
    words: RwSignal<String>,
    from: RwSignal<String>,
    from_time: RwSignal<String>,
    to: RwSignal<String>,
    to_time: RwSignal<String>,
}

impl Fields {
    fn new(query: AuditQuery) -> Self {
        let AuditQuery { person, action, target, about, via, words, from, from_time, to, to_time } = query;
        Self {
            person: RwSignal::new(person),
            action: RwSignal::new(action),
            target: RwSignal::new(target),
            about: RwSignal::new(about),
            via: RwSignal::new(via),
            words: RwSignal::new(words),
            from: RwSignal::new(from),
            from_time: RwSignal::new(from_time),
            to: RwSignal::new(to),
            to_time: RwSignal::new(to_time),
        }
    }

    fn set(self, query: AuditQuery) {
        self.person.set(query.person);
        self.action.set(query.action);
        self.target.set(query.target);
        self.about.set(query.about);
        self.via.set(query.via);
        self.words.set(query.words);
        self.from.set(query.from);
        self.from_time.set(query.from_time);
        self.to.set(query.to);
        self.to_time.set(query.to_time);
    }
}

/// What the trail is filtered by.
#[component]
pub fn Filters(
    /// Whose trail it is.
    scope: AuditScope,
    /// What there is to choose from.
    choices: AuditChoices,
    /// What the address asks for.
    #[prop(into)]
    asked: Signal<AuditQuery>,
) -> impl IntoView {
    let fields = Fields::new(asked.get_untracked());
    // Going back, and "Clear", change the address without a new page.
    Effect::new(move |before: Option<()>| {
        let query = asked.get();
        if before.is_some() {
            fields.set(query);
        }
    });
    let ways = Via::ALL.iter().map(|via| SelectOption::new(via.as_str(), via.words()));
    let people = choices.people.into_iter().map(|(id, name)| SelectOption::new(id.to_string(), name));
    view! {
        <Form method="GET" action=screen(scope)>
            <div class="audit-filters">
                <Select label="Person" name="person" options=with_all("Everybody", people) value=fields.person/>
                <Select label="Action" name="action" options=with_all("Everything", options(choices.actions)) value=fields.action/>
                <Select label="Target" name="target" options=with_all("Everything", options(choices.targets)) value=fields.target/>
                <Select label="Through" name="via" options=with_all("Everything", ways) value=fields.via/>
                <div class="audit-words">
                    <Field label="Words" name="words" kind=FieldKind::Search value=fields.words maxlength=200 autocomplete="off" placeholder="A name, a document"/>
                </div>
                <div class="audit-moment">
                    <Field label="From (UTC)" name="from" kind=FieldKind::Date value=fields.from autocomplete="off"/>
                    <Field label="From, time" name="from_time" kind=FieldKind::Time value=fields.from_time autocomplete="off"/>
                </div>
                <div class="audit-moment">
                    <Field label="To (UTC)" name="to" kind=FieldKind::Date value=fields.to autocomplete="off"/>
                    <Field label="To, time" name="to_time" kind=FieldKind::Time value=fields.to_time autocomplete="off"/>
                </div>
                // What a row's link asked for stays when the rest is narrowed down.
                <Show when=move || fields.about.with(|about| !about.is_empty())>
                    <input type="hidden" name="about" prop:value=fields.about value=fields.about.get_untracked()/>
                </Show>
                <div class="row audit-filter-actions">
                    <Button submit=true variant=ButtonVariant::Primary icon=lu::LuListFilter>"Filter"</Button>
                    <ButtonLink href=screen(scope) variant=ButtonVariant::Ghost>"Clear"</ButtonLink>
                </div>
            </div>
        </Form>
    }
    .into_any()
}

fn options(choices: Vec<AuditChoice>) -> impl Iterator<Item = SelectOption> {
    choices.into_iter().map(|choice| SelectOption::new(choice.value, choice.label))
}

fn with_all(all: &str, rest: impl Iterator<Item = SelectOption>) -> Vec<SelectOption> {
    std::iter::once(SelectOption::new("", all)).chain(rest).collect()
}
