//! Record: the sign-ins of the installation, filtered by what stands in the address. Works without JavaScript.

use super::api::list_sign_ins;
use super::table::SignInTable;
use crate::own_path::escape;
use crate::ui::{Button, ButtonLink, ButtonVariant, Field, FieldKind, ResourceView, Select, SelectOption, TableSkeleton};
use domain::SignInId;
use domain::sign_ins::{SignInOutcome, SignInPage, SignInQuery};
use icondata_lu as lu;
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

/// Where it is shown.
const SCREEN: &str = "/admin/sign-in";

/// The section on the screen of sign-in.
#[component]
pub fn SignInRecord() -> impl IntoView {
    let params = use_query_map();
    let asked = Memo::new(move |_| params.with(of_address));
    let page = Resource::new(move || asked.get(), |(query, before)| list_sign_ins(query, before));
    view! {
        <section class="flow">
            <h2 class="section-title">"Record of sign-ins"</h2>
            <Filters asked/>
            <ResourceView resource=page skeleton=|| view! { <TableSkeleton/> } children=move |page: SignInPage| {
                let (query, before) = asked.get_untracked();
                view! { <Entries page query is_first=before.is_none()/> }
            }/>
        </section>
    }
    .into_any()
}

#[component]
fn Filters(asked: Memo<(SignInQuery, Option<SignInId>)>) -> impl IntoView {
    let (start, _) = asked.get_untracked();
    let (person, outcome) = (RwSignal::new(start.person), RwSignal::new(start.outcome));
    // Going back, and "Clear", change the address without a new page.
    Effect::new(move |before: Option<()>| {
        let (query, _) = asked.get();
        if before.is_some() {
            person.set(query.person);
            outcome.set(query.outcome);
        }
    });
    let outcomes = vec![
        SelectOption::new("", "Everything"),
        SelectOption::new(SignInOutcome::Succeeded.as_str(), "Signed in"),
        SelectOption::new(SignInOutcome::Failed.as_str(), "Failed"),
    ];
    view! {
        <Form method="GET" action=SCREEN>
            <div class="sign-in-filters">
                <Field label="Person" name="person" kind=FieldKind::Email value=person autocomplete="off" placeholder="name@example.org"/>
                <Select label="Outcome" name="outcome" options=outcomes value=outcome/>
                <div class="row">
                    <Button submit=true icon=lu::LuListFilter>"Filter"</Button>
                    <ButtonLink href=SCREEN variant=ButtonVariant::Ghost>"Clear"</ButtonLink>
                </div>
            </div>
        </Form>
    }
    .into_any()
}

#[component]
fn Entries(page: SignInPage, query: SignInQuery, is_first: bool) -> impl IntoView {
    let newest = (!is_first).then(|| address(&query, None));
    let older = page.older.map(|id| address(&query, Some(id)));
    view! {
        <SignInTable label="Record of sign-ins" entries=page.entries has_people=true/>
        <nav class="row" aria-label="Pages of the record">
            {newest.map(|href| view! { <ButtonLink href>"Newest entries"</ButtonLink> })}
            {older.map(|href| view! { <ButtonLink href>"Older entries"</ButtonLink> })}
        </nav>
    }
    .into_any()
}

fn of_address(params: &ParamsMap) -> (SignInQuery, Option<SignInId>) {
    let text = |name: &str| params.get(name).unwrap_or_default().trim().to_owned();
    (SignInQuery { person: text("person"), outcome: text("outcome") }, text("before").parse().ok())
}

fn address(query: &SignInQuery, before: Option<SignInId>) -> String {
    let pairs = [
        ("person", query.person.clone()),
        ("outcome", query.outcome.clone()),
        ("before", before.map(|id| id.to_string()).unwrap_or_default()),
    ];
    let asked: Vec<String> =
        pairs.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}", escape(value))).collect();
    if asked.is_empty() { SCREEN.to_owned() } else { format!("{SCREEN}?{}", asked.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_what_is_asked_for_and_nothing_else() {
        assert_eq!(address(&SignInQuery::default(), None), SCREEN);
        let query = SignInQuery { person: "a&b@example.org".to_owned(), outcome: "failed".to_owned() };
        assert_eq!(address(&query, None), "/admin/sign-in?person=a%26b%40example.org&outcome=failed");
    }
}
