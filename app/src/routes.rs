//! The whole route table.
//!
//! The one invariant: every screen renders as a whole on the server (`SsrMode::Async`), so that statuses and redirects are
//! right and reading works without JavaScript.

use crate::features::chat::page::ChatPage;
use crate::screens::{AccountScreen, AdminScreen, EntranceScreen, LibraryScreen, TeamScreen};
use crate::ui::layout::{AppFrame, AuthFrame};
use crate::ui::{ButtonLink, ButtonVariant};
use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Redirect, Route, Routes};
use leptos_router::{SsrMode, path};

/// Every address of the application and the screen behind it.
#[component]
pub fn AppRoutes() -> impl IntoView {
    view! {
        <Routes fallback=NotFoundPage>
            <Route path=path!("/") view=|| view! { <Redirect path="/chat"/> } ssr=SsrMode::Async/>
            <Route path=path!("/sign-in") view=EntranceScreen::SignIn ssr=SsrMode::Async/>
            <Route path=path!("/sign-in/code") view=EntranceScreen::SignInCode ssr=SsrMode::Async/>
            <Route path=path!("/sign-in/email-code") view=EntranceScreen::EmailCode ssr=SsrMode::Async/>
            <Route path=path!("/sign-in/email-code/enter") view=EntranceScreen::EnterEmailCode ssr=SsrMode::Async/>
            <Route path=path!("/sign-in/link") view=EntranceScreen::Link ssr=SsrMode::Async/>
            <Route path=path!("/sign-up") view=EntranceScreen::SignUp ssr=SsrMode::Async/>
            <Route path=path!("/sign-up/finish") view=EntranceScreen::FinishSignUp ssr=SsrMode::Async/>
            <Route path=path!("/forgot-password") view=EntranceScreen::ForgotPassword ssr=SsrMode::Async/>
            <Route path=path!("/forgot-password/sent") view=EntranceScreen::ForgotPasswordSent ssr=SsrMode::Async/>
            <Route path=path!("/reset-password") view=EntranceScreen::ResetPassword ssr=SsrMode::Async/>
            <Route path=path!("/reset-password/done") view=EntranceScreen::PasswordReset ssr=SsrMode::Async/>
            <Route path=path!("/confirm-email") view=EntranceScreen::ConfirmEmail ssr=SsrMode::Async/>
            <Route path=path!("/confirm-email/done") view=EntranceScreen::EmailConfirmed ssr=SsrMode::Async/>
            // What a form that was posted there is answered with: the browser takes the page over at the form's own address.
            <Route path=path!("/sign-in/code/again") view=EntranceScreen::SignInCode ssr=SsrMode::Async/>
            <Route path=path!("/sign-in/passkey") view=EntranceScreen::SignIn ssr=SsrMode::Async/>
            <Route path=path!("/join") view=EntranceScreen::SignUp ssr=SsrMode::Async/>
            // Outside the frame, which would ask for more than is answered before a second step is set up.
            <Route path=path!("/account/two-step-required") view=AccountScreen::TwoStepRequired ssr=SsrMode::Async/>
            <SignedInRoutes/>
        </Routes>
    }
    .into_any()
}

/// The screens inside the frame, which stays while the person moves between them.
#[component(transparent)]
fn SignedInRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=AppFrame ssr=SsrMode::Async>
            <Route path=path!("/chat/:id?") view=ChatPage ssr=SsrMode::Async/>
            <Route path=path!("/datasets") view=LibraryScreen::Datasets ssr=SsrMode::Async/>
            <Route path=path!("/datasets/:id") view=LibraryScreen::Dataset ssr=SsrMode::Async/>
            <Route path=path!("/prompts") view=LibraryScreen::Prompts ssr=SsrMode::Async/>
            <Route path=path!("/prompts/new") view=LibraryScreen::Prompt ssr=SsrMode::Async/>
            <Route path=path!("/prompts/:id") view=LibraryScreen::Prompt ssr=SsrMode::Async/>
            <Route path=path!("/team") view=TeamScreen::Team ssr=SsrMode::Async/>
            <Route path=path!("/team/groups") view=TeamScreen::Groups ssr=SsrMode::Async/>
            <Route path=path!("/team/settings") view=TeamScreen::Settings ssr=SsrMode::Async/>
            <Route path=path!("/teams/:slug") view=TeamScreen::Open ssr=SsrMode::Async/>
            <Route path=path!("/account") view=AccountScreen::Account ssr=SsrMode::Async/>
            <Route path=path!("/admin/models") view=AdminScreen::Models ssr=SsrMode::Async/>
            <Route path=path!("/admin/people") view=AdminScreen::People ssr=SsrMode::Async/>
            <Route path=path!("/admin/roles") view=AdminScreen::Roles ssr=SsrMode::Async/>
            <Route path=path!("/team/audit") view=TeamScreen::Audit ssr=SsrMode::Async/>
            <Route path=path!("/admin/audit") view=AdminScreen::Audit ssr=SsrMode::Async/>
            <Route path=path!("/admin/licences") view=AdminScreen::Licences ssr=SsrMode::Async/>
            <Route path=path!("/admin/mails") view=AdminScreen::Mails ssr=SsrMode::Async/>
            <Route path=path!("/admin/sign-in") view=AdminScreen::SignIn ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}

/// What an address shows that leads nowhere; the server answers it with 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <AuthFrame title="Page not found" subtitle="There is nothing at this address. It may have been moved or deleted.">
            <ButtonLink href="/chat" variant=ButtonVariant::Primary>"Go to your chats"</ButtonLink>
        </AuthFrame>
    }
    .into_any()
}
