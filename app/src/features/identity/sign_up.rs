//! Sign up: the first account, an account by invitation, or one for everybody; for whoever has one and is signed in, the way into the
//! team that invited them. Works without JavaScript.

use super::api::read_sign_up_terms;
use super::form_frame::{PostForm, TypedField};
use super::outcome::FormOutcome;
use super::sign_in::WaysIn;
use crate::own_path;
use crate::ui::layout::{AuthFrame, AuthTitle};
use crate::ui::{Button, ButtonLink, ButtonVariant, FieldKind, FormError, ResourceView};
use domain::identity::SignUpTerms;
use domain::licences::Feature;
use domain::team::{InvitationPreview, invitation_path};
use leptos::prelude::*;
use leptos_router::components::{A, Redirect};
use leptos_router::hooks::use_query_map;

/// What the list of providers is called here.
const WAYS: &str = "Ways to create an account";

/// The sign-up screen; with an invitation, somebody who is signed in can join with it.
#[component]
pub fn SignUpPage() -> impl IntoView {
    let outcome = FormOutcome::of_this_page();
    if outcome.is_mailed {
        return view! { <Mailed email=outcome.email/> }.into_any();
    }
    let asked = use_query_map().with_untracked(|query| query.get("invitation")).unwrap_or_default();
    let token = if outcome.invitation.is_empty() { asked } else { outcome.invitation.clone() };
    let asked = Some(token.clone()).filter(|token| !token.is_empty());
    let terms = Resource::new_blocking(move || asked.clone(), read_sign_up_terms);
    let show = move |terms: SignUpTerms| match (terms.signed_in_as.clone(), terms.invitation.clone()) {
        (Some(_), None) if token.is_empty() => view! { <Redirect path="/chat"/> }.into_any(),
        (Some(email), invitation) => view! { <Join email invitation token=token.clone() outcome=outcome.clone()/> }.into_any(),
        (None, _) => view! {
            <AuthTitle title="Create your account"/>
            <Intro terms=terms.clone() token=token.clone()/>
            <Refused refusal=terms.refusal.clone()/>
            <Form terms token=token.clone() outcome=outcome.clone()/>
        }
        .into_any(),
    };
    view! {
        <AuthFrame><ResourceView resource=terms children=show/></AuthFrame>
    }
    .into_any()
}

/// What everybody is told who signed up where accounts are made by mail, whether the address has one already or not.
#[component]
fn Mailed(email: String) -> impl IntoView {
    view! {
        <AuthFrame title="Check your mail">
            <p>"We have written to "<strong>{email}</strong>" to finish. Open the mail and go on from there within 24 hours."</p>
            <p>"Nothing arrives? Look among the unwanted mail, and check the address: you may have made a mistake in it."</p>
            <ButtonLink href="/sign-in" variant=ButtonVariant::Primary>"Back to sign in"</ButtonLink>
        </AuthFrame>
    }
    .into_any()
}

/// What holds for this account before anything is typed.
#[component]
fn Intro(terms: SignUpTerms, token: String) -> impl IntoView {
    let sentence = match &terms.invitation {
        Some(invitation) => format!("You are invited to {} as {}.", invitation.team_name, words_of(invitation)),
        None if !token.is_empty() => "This invitation is not valid any more. Ask whoever invited you for a new one.".to_owned(),
        None if terms.is_first => "You are the first here: this account manages the installation.".to_owned(),
        None if terms.needs_invitation && !terms.ways_for_newcomers.is_empty() => {
            "Make an account with one of the ways below, or open the link of an invitation that you were sent.".to_owned()
        }
        None if terms.needs_invitation => {
            "An account here needs an invitation. Open the link you were sent, or ask a colleague for one.".to_owned()
        }
        None => "You get a team of your own; invite others to it when you like.".to_owned(),
    };
    view! { <p class="auth-subtitle">{sentence}</p> }
}

/// Why nobody can make an account now; the form stays, because that may pass.
#[component]
fn Refused(refusal: Option<String>) -> impl IntoView {
    refusal.map(|sentence| view! { <p class="notice notice-warning" role="status">{sentence}</p> })
}

fn words_of(invitation: &InvitationPreview) -> &'static str {
    crate::features::team::role_name(invitation.role)
}

#[component]
fn Form(terms: SignUpTerms, token: String, outcome: FormOutcome) -> impl IntoView {
    // An invitation that works goes along through signing in; an account that is there joins with it.
    let next = terms.invitation.as_ref().map(|_| invitation_path(&token)).unwrap_or_default();
    let sign_in = own_path::with_next("/sign-in", &next);
    // Buttons that would lead a newcomer into a refusal are none: a passkey and a mailed code open an account that is there.
    let terms = SignUpTerms { ways: terms.ways_for_newcomers.clone(), takes_passkeys: false, mails_codes: false, ..terms };
    if !terms.takes_passwords {
        return view! { <WithoutPassword terms next sign_in outcome/> }.into_any();
    }
    let ways = view! { <WaysIn terms=terms.clone() next label=WAYS/> };
    let (mut first_name, mut last_name, mut email) = (outcome.first_name.clone(), outcome.last_name.clone(), outcome.email.clone());
    // What was typed stays; a form that nobody has typed into starts with what the inviter knew.
    if let Some(invitation) = terms.invitation.filter(|_| email.is_empty()) {
        (first_name, last_name, email) = (invitation.first_name, invitation.last_name, invitation.email);
    }
    view! {
        <PostForm action="/sign-up" outcome=outcome.clone()>
            <TypedField label="First name" name="first_name" typed=first_name error=outcome.field("first_name") autocomplete="given-name"/>
            <TypedField label="Last name" name="last_name" typed=last_name error=outcome.field("last_name") autocomplete="family-name" optional=true/>
            <TypedField label="Email" name="email" kind=FieldKind::Email typed=email error=outcome.field("email") autocomplete="username"/>
            <TypedField
                label="Password" name="password" kind=FieldKind::Password error=outcome.field("password") autocomplete="new-password"
                hint="At least 8 characters that are not easy to guess; a few uncommon words are good."
            />
            <input type="hidden" name="invitation" value=token/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>"Create account"</Button>
        </PostForm>
        <p class="auth-foot">"Have an account? " <A href=sign_in attr:class="text-link">"Sign in"</A></p>
        {ways}
    }
    .into_any()
}

/// Where passwords are off an account is made by signing in through a provider.
#[component]
fn WithoutPassword(terms: SignUpTerms, next: String, sign_in: String, outcome: FormOutcome) -> impl IntoView {
    let sentence = match (&terms.invitation, terms.ways.is_empty()) {
        _ if !terms.ways_take_newcomers => {
            format!("Accounts are made without a password here, through an identity provider. {}", Feature::IdentityProviders.refusal())
        }
        (_, true) => "Accounts are made without a password here, and at the moment there is no identity provider to make one with. Ask your administrator.".to_owned(),
        (Some(invitation), false) => format!("Go on with one of these. It has to know you as {}.", invitation.email),
        (None, false) => "Accounts are made without a password here: sign in with one of these.".to_owned(),
    };
    view! {
        <FormError error=Signal::stored(outcome.form_error())/>
        <p>{sentence}</p>
        <WaysIn terms next label=WAYS/>
        <p class="auth-foot">"Have an account? " <A href=sign_in attr:class="text-link">"Sign in"</A></p>
    }
    .into_any()
}

/// For somebody who has an account and holds an invitation.
#[component]
fn Join(email: String, invitation: Option<InvitationPreview>, token: String, outcome: FormOutcome) -> impl IntoView {
    let Some(invitation) = invitation else {
        return view! {
            <AuthTitle title="Invitation"/>
            <p class="auth-subtitle">"This invitation is not valid any more. Ask whoever invited you for a new one."</p>
            <p class="auth-foot"><A href="/chat" attr:class="text-link">"Go to your chats"</A></p>
        }
        .into_any();
    };
    if invitation.email != email {
        return view! { <ForAnother email invitation token/> }.into_any();
    }
    let sentence = format!("You are signed in as {email} and invited to {} as {}.", invitation.team_name, words_of(&invitation));
    view! {
        <AuthTitle title=format!("Join {}", invitation.team_name)/>
        <p class="auth-subtitle">{sentence}</p>
        <PostForm action="/join" outcome>
            <input type="hidden" name="invitation" value=token/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>"Join team"</Button>
        </PostForm>
        <p class="auth-foot"><A href="/chat" attr:class="text-link">"Not now"</A></p>
    }
    .into_any()
}

/// For somebody who holds an invitation that was sent to another address than the one they are signed in with.
#[component]
fn ForAnother(email: String, invitation: InvitationPreview, token: String) -> impl IntoView {
    let role = words_of(&invitation);
    let InvitationPreview { email: invited, team_name, .. } = invitation;
    let sentence =
        format!("This invitation is for another address. You are signed in as {email}, and {invited} is invited to {team_name} as {role}.");
    view! {
        <AuthTitle title="Invitation for another address"/>
        <p class="auth-subtitle">{sentence}</p>
        <PostForm action="/sign-out" outcome=FormOutcome::default()>
            <input type="hidden" name="next" value=invitation_path(&token)/>
            <Button submit=true variant=ButtonVariant::Primary wide=true>{format!("Sign out and go on as {invited}")}</Button>
        </PostForm>
        <p class="auth-foot"><A href="/chat" attr:class="text-link">"Not now"</A></p>
    }
    .into_any()
}
