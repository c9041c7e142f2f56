//! Account: who one is, how one likes to be answered, how it looks, and where one is signed in.

use super::answers_form::AnswersCard;
use super::email_form::EmailCard;
use super::password_form::PasswordCard;
use super::profile_form::ProfileCard;
use super::sessions::SessionsCard;
use super::shortcuts_card::ShortcutsCard;
use super::teams::TeamsCard;
use super::theme_choice::ThemeChoice;
use super::two_step::TwoStepCard;
use crate::features::api_keys::OwnKeysCard;
use crate::features::identity_providers::WaysCard;
use crate::features::my_data::{DeletionCard, ExportCard};
use crate::features::passkeys::PasskeysCard;
use crate::features::sign_ins::OwnSignInsCard;
use crate::ui::{Card, PageBody, PageHeader, PageWidth};
use leptos::prelude::*;

/// The account screen.
#[component]
pub fn AccountPage() -> impl IntoView {
    view! {
        <PageBody width=PageWidth::Narrow>
            <PageHeader title="Account"/>
            <div class="flow">
                <ProfileCard/>
                <AnswersCard/>
                <Card title="Theme" description="How Lyceum looks in this browser."><ThemeChoice/></Card>
                <ShortcutsCard/>
                <PasswordCard/>
                <EmailCard/>
                <TwoStepCard/>
                <PasskeysCard/>
                <WaysCard/>
                <TeamsCard/>
                <SessionsCard/>
                <OwnSignInsCard/>
                <OwnKeysCard/>
                <ExportCard/>
                <DeletionCard/>
            </div>
        </PageBody>
    }
    .into_any()
}
