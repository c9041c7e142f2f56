//! Actions: the closed list of what the trail tells of, one family per noun, and how each is said.

use crate::words::words;

words! {
    /// What an action is done to.
    TargetType {
        /// A team.
        Team = "Team",
        /// A person.
        Person = "Person",
        /// An invitation.
        Invitation = "Invitation",
        /// A group of people.
        Group = "Group",
        /// A role.
        Role = "Role",
        /// A provider of models.
        Provider = "Provider",
        /// A model.
        Model = "Model",
        /// A dataset.
        Dataset = "Dataset",
        /// A document.
        Document = "Document",
        /// A prompt.
        Prompt = "Prompt",
        /// A chat, or an answer in it.
        Chat = "Chat",
        /// An identity provider.
        IdentityProvider = "Identity provider",
        /// An API key.
        ApiKey = "API key",
        /// A licence.
        Licence = "Licence",
        /// The trail itself.
        AuditTrail = "Audit trail",
    }
}

words! {
    /// What was done: the noun, a dot, the verb.
    Action {
        /// A team was made.
        TeamCreated = "team.created",
        /// It has another name or address.
        TeamRenamed = "team.renamed",
        /// It decided something for itself.
        TeamSettingsChanged = "team.settings-changed",
        /// It was deleted and can be restored.
        TeamDeleted = "team.deleted",
        /// It lives again.
        TeamRestored = "team.restored",
        /// It is gone with everything in it.
        TeamRemoved = "team.removed",
        /// A member has other roles.
        MemberRolesChanged = "member.roles-changed",
        /// A member is kept out.
        MemberSuspended = "member.suspended",
        /// A member may come in again.
        MemberReinstated = "member.reinstated",
        /// A member is no member any more.
        MemberRemoved = "member.removed",
        /// A member went out of the team by themselves.
        MemberLeft = "member.left",
        /// A member owns the team in the place of the one who did it.
        MemberMadeOwner = "member.made-owner",
        /// An owner sees the team as a member does.
        MemberViewStarted = "member.view-started",
        /// They see it as themselves again.
        MemberViewEnded = "member.view-ended",
        /// Somebody joined because their identity provider vouches for them.
        MemberJoined = "member.joined",
        /// A member has other roles because their identity provider says so.
        MemberRolesProvided = "member.roles-provided",
        /// Somebody was asked to join.
        InvitationMade = "invitation.made",
        /// An invitation has another link.
        InvitationRenewed = "invitation.renewed",
        /// An invitation was taken back.
        InvitationRevoked = "invitation.revoked",
        /// Somebody joined.
        InvitationAccepted = "invitation.accepted",
        /// A group was made.
        GroupCreated = "group.created",
        /// It has another name.
        GroupRenamed = "group.renamed",
        /// Other people are in it.
        GroupMembersChanged = "group.members-changed",
        /// It was deleted.
        GroupDeleted = "group.deleted",
        /// A role may do more.
        RoleGranted = "role.granted",
        /// A role may do less.
        RoleTaken = "role.taken",
        /// Somebody made an account.
        AccountCreated = "account.created",
        /// Somebody changed their profile.
        AccountProfileChanged = "account.profile-changed",
        /// Somebody changed their password.
        AccountPasswordChanged = "account.password-changed",
        /// A password was replaced on the command line.
        AccountPasswordReset = "account.password-reset",
        /// Somebody chose a new password by a link that was mailed to them.
        AccountPasswordResetByMail = "account.password-reset-by-mail",
        /// Somebody signs in with a code of their app from then on.
        AccountTwoStepTurnedOn = "account.two-step-turned-on",
        /// Somebody signs in with their password alone from then on.
        AccountTwoStepTurnedOff = "account.two-step-turned-off",
        /// Somebody made new recovery codes.
        AccountRecoveryCodesRenewed = "account.recovery-codes-renewed",
        /// Somebody used a recovery code: to sign in, to confirm their session, to make new ones, or to turn two-step sign-in off.
        AccountRecoveryCodeUsed = "account.recovery-code-used",
        /// Somebody signs in with another address from then on.
        AccountEmailChanged = "account.email-changed",
        /// Somebody ended one of their sessions.
        AccountSessionEnded = "account.session-ended",
        /// Somebody ended all of their sessions.
        AccountSignedOutEverywhere = "account.signed-out-everywhere",
        /// An identity was linked to an account.
        AccountIdentityLinked = "account.identity-linked",
        /// An identity is linked no longer.
        AccountIdentityUnlinked = "account.identity-unlinked",
        /// Somebody asked for the deletion of their account.
        AccountDeletionRequested = "account.deletion-requested",
        /// They keep it.
        AccountDeletionCalledOff = "account.deletion-called-off",
        /// An account is gone, and what it said of its person.
        AccountDeleted = "account.deleted",
        /// Somebody asked for an export of what is theirs.
        AccountExportRequested = "account.export-requested",
        /// They downloaded it.
        AccountExportDownloaded = "account.export-downloaded",
        /// A passkey opens an account from then on.
        AccountPasskeyAdded = "account.passkey-added",
        /// It does so no longer.
        AccountPasskeyRemoved = "account.passkey-removed",
        /// An administrator keeps somebody out of the installation.
        PersonSuspended = "person.suspended",
        /// They may come in again.
        PersonReinstated = "person.reinstated",
        /// Somebody manages the installation from then on.
        PersonMadeAdministrator = "person.made-administrator",
        /// They do so no longer.
        PersonAdministrationTaken = "person.administration-taken",
        /// An administrator asked for the deletion of somebody's account.
        PersonDeletionRequested = "person.deletion-requested",
        /// It stays, because an administrator said so.
        PersonDeletionCalledOff = "person.deletion-called-off",
        /// People may sign in by a way of Lyceum's own.
        SignInWayTurnedOn = "sign-in.way-turned-on",
        /// They may not any more.
        SignInWayTurnedOff = "sign-in.way-turned-off",
        /// A second step is required of others than before.
        SignInTwoStepRequired = "sign-in.two-step-required",
        /// An identity provider was added.
        SignInProviderAdded = "sign-in.provider-added",
        /// An identity provider was changed.
        SignInProviderChanged = "sign-in.provider-changed",
        /// An identity provider was turned on.
        SignInProviderEnabled = "sign-in.provider-enabled",
        /// An identity provider was turned off.
        SignInProviderDisabled = "sign-in.provider-disabled",
        /// An identity provider was removed, and what was linked to it.
        SignInProviderRemoved = "sign-in.provider-removed",
        /// Somebody went to an identity provider and back to see what it says.
        SignInProviderTried = "sign-in.provider-tried",
        /// A provider has another key, or none.
        ProviderKeyReplaced = "provider.key-replaced",
        /// A provider is at another address.
        ProviderAddressChanged = "provider.address-changed",
        /// A model was added.
        ModelAdded = "model.added",
        /// A model is the default.
        ModelMadeDefault = "model.made-default",
        /// A model was taken out of the lists.
        ModelRemoved = "model.removed",
        /// A dataset was made.
        DatasetCreated = "dataset.created",
        /// Its name, description or audience is another.
        DatasetChanged = "dataset.changed",
        /// A private one is shared with somebody or a group.
        DatasetShared = "dataset.shared",
        /// It is shared with them no longer.
        DatasetUnshared = "dataset.unshared",
        /// It was deleted with its documents.
        DatasetDeleted = "dataset.deleted",
        /// A document was uploaded.
        DocumentUploaded = "document.uploaded",
        /// A failed document is tried again.
        DocumentRetried = "document.retried",
        /// A document was deleted.
        DocumentDeleted = "document.deleted",
        /// The file of a document was downloaded.
        DocumentDownloaded = "document.downloaded",
        /// An owner read passages of a document while they saw the team as one of its members does.
        DocumentOpenedInView = "document.opened-in-view",
        /// Its passages go to an embedding model that is not part of Lyceum.
        DocumentEmbedded = "document.embedded",
        /// A prompt was made.
        PromptCreated = "prompt.created",
        /// It was changed.
        PromptChanged = "prompt.changed",
        /// A private one is shared with somebody or a group.
        PromptShared = "prompt.shared",
        /// It is shared with them no longer.
        PromptUnshared = "prompt.unshared",
        /// It was made as a copy.
        PromptDuplicated = "prompt.duplicated",
        /// It was deleted.
        PromptDeleted = "prompt.deleted",
        /// An owner opened a private one while they saw the team as one of its members does.
        PromptOpenedInView = "prompt.opened-in-view",
        /// A question and documents went to a model.
        ChatAnswered = "chat.answered",
        /// A chat was deleted.
        ChatDeleted = "chat.deleted",
        /// Chats were deleted because their team keeps them no longer.
        ChatExpired = "chat.expired",
        /// An owner opened a chat while they saw the team as its person does.
        ChatOpenedInView = "chat.opened-in-view",
        /// Somebody made an API key for themselves.
        ApiKeyCreated = "api-key.created",
        /// An API key opens nothing any more.
        ApiKeyRevoked = "api-key.revoked",
        /// A licence was installed, in the place of another or of none.
        LicenceInstalled = "licence.installed",
        /// Somebody took a free seat by signing in.
        SeatTaken = "seat.taken",
        /// An administrator gave somebody a seat.
        SeatGiven = "seat.given",
        /// An administrator took somebody's seat.
        SeatFreed = "seat.freed",
        /// The trail was exported.
        AuditExported = "audit.exported",
    }
}

impl Action {
    /// The nouns: what stands before the dot, and how it is called.
    pub const FAMILIES: &[(&str, &str)] = &[
        ("team", "Teams"),
        ("member", "Members"),
        ("invitation", "Invitations"),
        ("group", "Groups"),
        ("role", "Roles"),
        ("account", "Accounts"),
        ("person", "People"),
        ("sign-in", "Sign-in"),
        ("provider", "Providers"),
        ("model", "Models"),
        ("dataset", "Datasets"),
        ("document", "Documents"),
        ("prompt", "Prompts"),
        ("chat", "Chats"),
        ("api-key", "API keys"),
        ("licence", "Licences"),
        ("seat", "Seats"),
        ("audit", "Audit trail"),
    ];

    /// What it is done to.
    pub fn target(self) -> TargetType {
        match self.as_str().split('.').next().unwrap_or_default() {
            "team" => TargetType::Team,
            "invitation" => TargetType::Invitation,
            "group" => TargetType::Group,
            "role" => TargetType::Role,
            "sign-in" => TargetType::IdentityProvider,
            "provider" => TargetType::Provider,
            "model" => TargetType::Model,
            "dataset" => TargetType::Dataset,
            "document" => TargetType::Document,
            "prompt" => TargetType::Prompt,
            "chat" => TargetType::Chat,
            "api-key" => TargetType::ApiKey,
            "licence" => TargetType::Licence,
            "audit" => TargetType::AuditTrail,
            _ => TargetType::Person,
        }
    }

    /// The sentence after the person, with `{}` where the target's name stands.
    #[expect(clippy::too_many_lines, reason = "a table: one line for each action")]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::TeamCreated => "made the team “{}”",
            Self::TeamRenamed => "renamed the team to “{}”",
            Self::TeamSettingsChanged => "changed the settings of the team",
            Self::TeamDeleted => "deleted the team “{}”",
            Self::TeamRestored => "restored the team “{}”",
            Self::TeamRemoved => "removed the deleted team “{}” for good",
            Self::MemberRolesChanged => "changed the roles of {}",
            Self::MemberSuspended => "suspended {}",
            Self::MemberReinstated => "reinstated {}",
            Self::MemberRemoved => "removed {} from the team",
            Self::MemberLeft => "left the team",
            Self::MemberMadeOwner => "handed the team over to {}",
            Self::MemberViewStarted => "began to view the team as {}",
            Self::MemberViewEnded => "stopped viewing the team as {}",
            Self::MemberJoined => "joined the team through their identity provider",
            Self::MemberRolesProvided => "brought the roles of {} in line with their identity provider",
            Self::InvitationMade => "invited {}",
            Self::InvitationRenewed => "renewed the invitation of {}",
            Self::InvitationRevoked => "revoked the invitation of {}",
            Self::InvitationAccepted => "joined the team",
            Self::GroupCreated => "made the group “{}”",
            Self::GroupRenamed => "renamed a group to “{}”",
            Self::GroupMembersChanged => "changed who is in the group “{}”",
            Self::GroupDeleted => "deleted the group “{}”",
            Self::RoleGranted => "gave a right to the role {}",
            Self::RoleTaken => "took a right from the role {}",
            Self::AccountCreated => "made an account",
            Self::AccountProfileChanged => "changed their profile",
            Self::AccountPasswordChanged => "changed their password",
            Self::AccountPasswordReset => "replaced the password of {}",
            Self::AccountPasswordResetByMail => "chose a new password by a mailed link",
            Self::AccountTwoStepTurnedOn => "turned two-step sign-in on",
            Self::AccountTwoStepTurnedOff => "turned two-step sign-in off",
            Self::AccountRecoveryCodesRenewed => "made new recovery codes",
            Self::AccountRecoveryCodeUsed => "used a recovery code",
            Self::AccountEmailChanged => "changed their address to {}",
            Self::AccountSessionEnded => "ended one of their sessions",
            Self::AccountSignedOutEverywhere => "signed out everywhere",
            Self::AccountIdentityLinked => "linked an identity of “{}”",
            Self::AccountIdentityUnlinked => "unlinked an identity of “{}”",
            Self::AccountDeletionRequested => "asked for the deletion of their account",
            Self::AccountDeletionCalledOff => "kept their account after all",
            Self::AccountDeleted => "deleted the account of {} for good",
            Self::AccountExportRequested => "asked for an export of their data",
            Self::AccountExportDownloaded => "downloaded an export of their data",
            Self::AccountPasskeyAdded => "added the passkey “{}”",
            Self::AccountPasskeyRemoved => "removed the passkey “{}”",
            Self::PersonSuspended => "kept {} out of the installation",
            Self::PersonReinstated => "let {} into the installation again",
            Self::PersonMadeAdministrator => "made {} an administrator",
            Self::PersonAdministrationTaken => "took the administration from {}",
            Self::PersonDeletionRequested => "asked for the deletion of the account of {}",
            Self::PersonDeletionCalledOff => "called off the deletion of the account of {}",
            Self::SignInWayTurnedOn => "let people sign in with {}",
            Self::SignInWayTurnedOff => "stopped people from signing in with {}",
            Self::SignInTwoStepRequired => "required two-step sign-in of {}",
            Self::SignInProviderAdded => "added the identity provider “{}”",
            Self::SignInProviderChanged => "changed the identity provider “{}”",
            Self::SignInProviderEnabled => "turned the identity provider “{}” on",
            Self::SignInProviderDisabled => "turned the identity provider “{}” off",
            Self::SignInProviderRemoved => "removed the identity provider “{}”",
            Self::SignInProviderTried => "tried signing in with the identity provider “{}”",
            Self::ProviderKeyReplaced => "replaced the key of the provider “{}”",
            Self::ProviderAddressChanged => "changed the address of the provider “{}”",
            Self::ModelAdded => "added the model “{}”",
            Self::ModelMadeDefault => "made the model “{}” the default",
            Self::ModelRemoved => "removed the model “{}”",
            Self::DatasetCreated => "made the dataset “{}”",
            Self::DatasetChanged => "changed the dataset “{}”",
            Self::DatasetShared => "shared the dataset “{}”",
            Self::DatasetUnshared => "stopped sharing the dataset “{}”",
            Self::DatasetDeleted => "deleted the dataset “{}”",
            Self::DocumentUploaded => "uploaded “{}”",
            Self::DocumentRetried => "had “{}” read again",
            Self::DocumentDeleted => "deleted the document “{}”",
            Self::DocumentDownloaded => "downloaded “{}”",
            Self::DocumentOpenedInView => "opened “{}” while viewing the team as a member",
            Self::DocumentEmbedded => "had “{}” sent to an embedding model",
            Self::PromptCreated => "made the prompt “{}”",
            Self::PromptChanged => "changed the prompt “{}”",
            Self::PromptShared => "shared the prompt “{}”",
            Self::PromptUnshared => "stopped sharing the prompt “{}”",
            Self::PromptDuplicated => "made the prompt “{}” as a copy",
            Self::PromptDeleted => "deleted the prompt “{}”",
            Self::PromptOpenedInView => "opened the prompt “{}” while viewing the team as a member",
            Self::ChatAnswered => "asked a model",
            Self::ChatDeleted => "deleted a chat",
            Self::ChatExpired => "deleted chats that were too old",
            Self::ChatOpenedInView => "opened a chat while viewing the team as a member",
            Self::ApiKeyCreated => "made the API key “{}”",
            Self::ApiKeyRevoked => "revoked the API key “{}”",
            Self::LicenceInstalled => "installed the licence “{}”",
            Self::SeatTaken => "took a seat",
            Self::SeatGiven => "gave a seat to {}",
            Self::SeatFreed => "freed the seat of {}",
            Self::AuditExported => "exported the audit trail",
        }
    }

    /// How a filter calls it: the phrase without a name.
    pub fn label(self) -> String {
        let words = self.phrase().replace("“{}”", "…").replace("{}", "…");
        let mut letters = words.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_belongs_to_a_family_and_families_have_actions() {
        let family = |action: &Action| action.as_str().split('.').next().unwrap().to_owned();
        for action in Action::ALL {
            assert!(Action::FAMILIES.iter().any(|(word, _)| *word == family(action)), "{action}");
        }
        for (word, _) in Action::FAMILIES {
            assert!(Action::ALL.iter().any(|action| family(action) == *word), "{word}");
        }
    }

    #[test]
    fn a_filter_calls_an_action_without_a_name() {
        assert_eq!(Action::DatasetCreated.label(), "Made the dataset …");
        assert_eq!(Action::InvitationMade.label(), "Invited …");
    }
}
