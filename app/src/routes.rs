//! The whole route table.
//!
//! The one invariant: every screen renders as a whole on the server (`SsrMode::Async`), so that statuses and redirects are
//! right and reading works without JavaScript.

use crate::features::audit::page::{InstallationAuditPage, TeamAuditPage};
use crate::features::chat::page::ChatPage;
use crate::features::datasets::page::{DatasetPage, DatasetsPage};
use crate::features::identity::page::{
    AccountPage, ConfirmEmailPage, EmailCodePage, EmailConfirmedPage, EnterEmailCodePage, ForgotPasswordPage, ForgotPasswordSentPage,
    PasswordResetPage, ResetPasswordPage, SignInCodePage, SignInPage, SignUpPage,
};
use crate::features::identity_providers::page::{LinkPage, SignInAdminPage};
use crate::features::licences::page::LicencesPage;
use crate::features::mails::page::MailsPage;
use crate::features::models::page::ModelsPage;
use crate::features::prompts::page::{PromptPage, PromptsPage};
use crate::features::roles::page::RolesPage;
use crate::features::team::page::{GroupsPage, OpenTeamPage, TeamPage, TeamSettingsPage};
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
            <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
            <Route path=path!("/sign-in/code") view=SignInCodePage ssr=SsrMode::Async/>
            <Route path=path!("/sign-in/email-code") view=EmailCodePage ssr=SsrMode::Async/>
            <Route path=path!("/sign-in/email-code/enter") view=EnterEmailCodePage ssr=SsrMode::Async/>
            <Route path=path!("/sign-in/link") view=LinkPage ssr=SsrMode::Async/>
            <Route path=path!("/sign-up") view=SignUpPage ssr=SsrMode::Async/>
            <Route path=path!("/forgot-password") view=ForgotPasswordPage ssr=SsrMode::Async/>
            <Route path=path!("/forgot-password/sent") view=ForgotPasswordSentPage ssr=SsrMode::Async/>
            <Route path=path!("/reset-password") view=ResetPasswordPage ssr=SsrMode::Async/>
            <Route path=path!("/reset-password/done") view=PasswordResetPage ssr=SsrMode::Async/>
            <Route path=path!("/confirm-email") view=ConfirmEmailPage ssr=SsrMode::Async/>
            <Route path=path!("/confirm-email/done") view=EmailConfirmedPage ssr=SsrMode::Async/>
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
            <Route path=path!("/datasets") view=DatasetsPage ssr=SsrMode::Async/>
            <Route path=path!("/datasets/:id") view=DatasetPage ssr=SsrMode::Async/>
            <Route path=path!("/prompts") view=PromptsPage ssr=SsrMode::Async/>
            <Route path=path!("/prompts/new") view=PromptPage ssr=SsrMode::Async/>
            <Route path=path!("/prompts/:id") view=PromptPage ssr=SsrMode::Async/>
            <Route path=path!("/team") view=TeamPage ssr=SsrMode::Async/>
            <Route path=path!("/team/groups") view=GroupsPage ssr=SsrMode::Async/>
            <Route path=path!("/team/settings") view=TeamSettingsPage ssr=SsrMode::Async/>
            <Route path=path!("/teams/:slug") view=OpenTeamPage ssr=SsrMode::Async/>
            <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/models") view=ModelsPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/roles") view=RolesPage ssr=SsrMode::Async/>
            <Route path=path!("/team/audit") view=TeamAuditPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/audit") view=InstallationAuditPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/licences") view=LicencesPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/mails") view=MailsPage ssr=SsrMode::Async/>
            <Route path=path!("/admin/sign-in") view=SignInAdminPage ssr=SsrMode::Async/>
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
