//! The screens as the routes name them, and which of them the browser fetches together.
//!
//! The one invariant: the chat and the frame around it are the program's own; every other screen belongs to a part, a file that
//! is fetched when one of its screens is first opened. The server has them all.
//!
//! `…Screen`     what a route shows, an enum per part
//! `show_…`      where the program is cut (`cargo leptos build --split`); what two parts share becomes a file of its own
//! `part!`       lets a route show them; `server_context::shell` names the part of an address, so that its files are asked for at once

#![allow(clippy::unnecessary_wraps, reason = "the error is that of fetching a part, which the macro adds")]

use crate::browser::links::PastRouter;
use crate::browser::timer::in_browser;
use crate::features::audit::page::{InstallationAuditPage, TeamAuditPage};
use crate::features::datasets::page::{DatasetPage, DatasetsPage};
use crate::features::identity::page::{
    AccountPage, ConfirmEmailPage, EmailCodePage, EmailConfirmedPage, EnterEmailCodePage, FinishSignUpPage, ForgotPasswordPage,
    ForgotPasswordSentPage, PasswordResetPage, ResetPasswordPage, SignInCodePage, SignInPage, SignUpPage, TwoStepRequiredPage,
};
use crate::features::identity_providers::page::{LinkPage, SignInAdminPage};
use crate::features::licences::page::LicencesPage;
use crate::features::mails::page::MailsPage;
use crate::features::models::page::ModelsPage;
use crate::features::people::page::PeoplePage;
use crate::features::prompts::page::{PromptPage, PromptsPage};
use crate::features::roles::page::RolesPage;
use crate::features::team::page::{GroupsPage, OpenTeamPage, TeamPage, TeamSettingsPage};
use crate::ui::ErrorPanel;
use crate::{HYDRATED, error::AppError};
use leptos::prelude::*;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::ChooseView;

/// Screens outside the frame: signing in and what leads there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntranceScreen {
    SignIn,
    SignInCode,
    EmailCode,
    EnterEmailCode,
    Link,
    SignUp,
    FinishSignUp,
    ForgotPassword,
    ForgotPasswordSent,
    ResetPassword,
    PasswordReset,
    ConfirmEmail,
    EmailConfirmed,
}

/// Datasets and prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LibraryScreen {
    Datasets,
    Dataset,
    Prompts,
    Prompt,
}

/// The team, its members and what they did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TeamScreen {
    Team,
    Groups,
    Settings,
    Open,
    Audit,
}

/// What belongs to one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountScreen {
    Account,
    TwoStepRequired,
}

/// What the administrator of the installation sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AdminScreen {
    Models,
    People,
    Roles,
    Audit,
    Licences,
    Mails,
    SignIn,
}

#[wasm_split(entrance, wasm_split_path = ::leptos::wasm_split, preload(load_entrance), fallible)]
fn show_entrance(screen: EntranceScreen) -> Result<AnyView, SplitLoaderError> {
    Ok(match screen {
        EntranceScreen::SignIn => view! { <SignInPage/> }.into_any(),
        EntranceScreen::SignInCode => view! { <SignInCodePage/> }.into_any(),
        EntranceScreen::EmailCode => view! { <EmailCodePage/> }.into_any(),
        EntranceScreen::EnterEmailCode => view! { <EnterEmailCodePage/> }.into_any(),
        EntranceScreen::Link => view! { <LinkPage/> }.into_any(),
        EntranceScreen::SignUp => view! { <SignUpPage/> }.into_any(),
        EntranceScreen::FinishSignUp => view! { <FinishSignUpPage/> }.into_any(),
        EntranceScreen::ForgotPassword => view! { <ForgotPasswordPage/> }.into_any(),
        EntranceScreen::ForgotPasswordSent => view! { <ForgotPasswordSentPage/> }.into_any(),
        EntranceScreen::ResetPassword => view! { <ResetPasswordPage/> }.into_any(),
        EntranceScreen::PasswordReset => view! { <PasswordResetPage/> }.into_any(),
        EntranceScreen::ConfirmEmail => view! { <ConfirmEmailPage/> }.into_any(),
        EntranceScreen::EmailConfirmed => view! { <EmailConfirmedPage/> }.into_any(),
    })
}

#[wasm_split(library, wasm_split_path = ::leptos::wasm_split, preload(load_library), fallible)]
fn show_library(screen: LibraryScreen) -> Result<AnyView, SplitLoaderError> {
    Ok(match screen {
        LibraryScreen::Datasets => view! { <DatasetsPage/> }.into_any(),
        LibraryScreen::Dataset => view! { <DatasetPage/> }.into_any(),
        LibraryScreen::Prompts => view! { <PromptsPage/> }.into_any(),
        LibraryScreen::Prompt => view! { <PromptPage/> }.into_any(),
    })
}

#[wasm_split(team, wasm_split_path = ::leptos::wasm_split, preload(load_team), fallible)]
fn show_team(screen: TeamScreen) -> Result<AnyView, SplitLoaderError> {
    Ok(match screen {
        TeamScreen::Team => view! { <TeamPage/> }.into_any(),
        TeamScreen::Groups => view! { <GroupsPage/> }.into_any(),
        TeamScreen::Settings => view! { <TeamSettingsPage/> }.into_any(),
        TeamScreen::Open => view! { <OpenTeamPage/> }.into_any(),
        TeamScreen::Audit => view! { <TeamAuditPage/> }.into_any(),
    })
}

#[wasm_split(account, wasm_split_path = ::leptos::wasm_split, preload(load_account), fallible)]
fn show_account(screen: AccountScreen) -> Result<AnyView, SplitLoaderError> {
    Ok(match screen {
        AccountScreen::Account => view! { <AccountPage/> }.into_any(),
        AccountScreen::TwoStepRequired => view! { <TwoStepRequiredPage/> }.into_any(),
    })
}

#[wasm_split(admin, wasm_split_path = ::leptos::wasm_split, preload(load_admin), fallible)]
fn show_admin(screen: AdminScreen) -> Result<AnyView, SplitLoaderError> {
    Ok(match screen {
        AdminScreen::Models => view! { <ModelsPage/> }.into_any(),
        AdminScreen::People => view! { <PeoplePage/> }.into_any(),
        AdminScreen::Roles => view! { <RolesPage/> }.into_any(),
        AdminScreen::Audit => view! { <InstallationAuditPage/> }.into_any(),
        AdminScreen::Licences => view! { <LicencesPage/> }.into_any(),
        AdminScreen::Mails => view! { <MailsPage/> }.into_any(),
        AdminScreen::SignIn => view! { <SignInAdminPage/> }.into_any(),
    })
}

/// Lets a route show a screen of a part: the router fetches the part before it shows the screen. A part that cannot be fetched while the
/// page is taken over leaves the page as the server wrote it, with its forms and links; later there is a panel in its place.
macro_rules! part {
    ($screen:ty, $show:path, $load:path) => {
        impl ChooseView for $screen {
            async fn choose(self) -> AnyView {
                $show(self).await.unwrap_or_else(|_| missing())
            }

            async fn preload(&self) {
                let waiting = waits_for_part().then(PastRouter::begin);
                if $load().await.is_err()
                    && let Some(waiting) = waiting
                {
                    waiting.stay();
                    std::future::pending::<()>().await;
                }
            }
        }
    };
}
part!(EntranceScreen, show_entrance, load_entrance);
part!(LibraryScreen, show_library, load_library);
part!(TeamScreen, show_team, load_team);
part!(AccountScreen, show_account, load_account);
part!(AdminScreen, show_admin, load_admin);

/// Whether this is a browser that has not taken over the page yet that the server wrote.
fn waits_for_part() -> bool {
    in_browser() && document().document_element().is_some_and(|root| !root.has_attribute(HYDRATED))
}

/// In place of a screen whose part could not be fetched: most often Lyceum was replaced meanwhile, and the page has to be asked for anew.
fn missing() -> AnyView {
    let error =
        AppError::Conflict("This screen could not be fetched. Lyceum may have been updated, or the connection was lost.".to_owned());
    view! { <ErrorPanel error on_retry=|| drop(window().location().reload())/> }.into_any()
}
