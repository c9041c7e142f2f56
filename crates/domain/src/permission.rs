//! Rights: what a role may do. The same enum hides the button and refuses the call.
//!
//! The one invariant: what a role may do is read from the table `roles_permissions` at each request; nothing here decides it.

use crate::words::words;

words! {
    /// What a membership lets a person be; a person may hold several in one team.
    Role {
        /// Reads and chats.
        Viewer = "Viewer",
        /// Also makes and changes prompts and datasets.
        Collaborator = "Collaborator",
        /// Also invites people and manages the team.
        TeamManager = "TeamManager",
        /// Everything in the team.
        Owner = "Owner",
    }
}

words! {
    /// One thing a role may do.
    Permission {
        /// See prompts and use them.
        ViewPrompts = "ViewPrompts",
        /// Make, change and delete prompts.
        ManagePrompts = "ManagePrompts",
        /// See datasets, their documents, and search them.
        ViewDatasets = "ViewDatasets",
        /// Make, change and delete datasets; upload documents.
        ManageDatasets = "ManageDatasets",
        /// Read one's own chats.
        ViewChats = "ViewChats",
        /// Ask, stop and delete in one's own chats.
        ManageChats = "ManageChats",
        /// See who is in the team.
        ViewMembers = "ViewMembers",
        /// Invite, change and remove members.
        ManageMembers = "ManageMembers",
        /// Change the team itself.
        ManageTeam = "ManageTeam",
        /// Read the team's audit trail.
        ViewAudit = "ViewAudit",
        /// Take the team's audit trail out as a file, and have its chain checked.
        ManageAudit = "ManageAudit",
        /// See connections to other systems.
        ViewIntegrations = "ViewIntegrations",
        /// Connect other systems.
        ManageIntegrations = "ManageIntegrations",
        /// See the API keys of everybody in the team.
        ViewKeys = "ViewKeys",
        /// Revoke the API keys of everybody in the team.
        ManageKeys = "ManageKeys",
        /// See how documents are read.
        ViewPipelines = "ViewPipelines",
        /// Change how documents are read.
        ManagePipelines = "ManagePipelines",
        /// See automations and their runs.
        ViewAutomations = "ViewAutomations",
        /// Make and change automations.
        ManageAutomations = "ManageAutomations",
        /// See projects.
        ViewProjects = "ViewProjects",
        /// Make and change projects.
        ManageProjects = "ManageProjects",
        /// See shared rooms.
        ViewRooms = "ViewRooms",
        /// Make and change shared rooms.
        ManageRooms = "ManageRooms",
        /// See what was used and what it cost.
        ViewBilling = "ViewBilling",
        /// Set budgets.
        ManageBilling = "ManageBilling",
        /// See which models there are, and choose among them.
        ViewModels = "ViewModels",
        /// Add and change providers and models: system administrators, never a role of a team.
        ManageModels = "ManageModels",
    }
}

impl Permission {
    /// Those that something asks for, in the order of the matrix; a permission that nothing reads is no setting.
    /// A test of `services::roles` compares this list with the code.
    pub const IN_USE: &[Self] = &[
        Self::ViewPrompts,
        Self::ManagePrompts,
        Self::ViewDatasets,
        Self::ManageDatasets,
        Self::ViewChats,
        Self::ManageChats,
        Self::ViewModels,
        Self::ViewMembers,
        Self::ManageMembers,
        Self::ManageTeam,
        Self::ViewAudit,
        Self::ManageAudit,
        Self::ViewKeys,
        Self::ManageKeys,
    ];

    /// What system administrators may do on the installation, whatever their role in a team. No role has it, and no setting gives it.
    pub const OF_ADMINISTRATORS: &[Self] = &[Self::ManageModels];

    /// What owners keep whatever the matrix says: without these a team could not be put in order any more.
    pub const OWNERS_KEEP: &[Self] = &[Self::ViewMembers, Self::ManageMembers, Self::ManageTeam];

    /// Those that wait for their screens.
    pub fn coming() -> impl Iterator<Item = Self> {
        let is_asked_for = |permission: &Self| Self::IN_USE.contains(permission) || Self::OF_ADMINISTRATORS.contains(permission);
        Self::ALL.iter().copied().filter(move |permission| !is_asked_for(permission))
    }

    /// What it is about and what it allows, as a table reads it.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::ViewPrompts => ("Prompts", "See and use"),
            Self::ManagePrompts => ("Prompts", "Make and change"),
            Self::ViewDatasets => ("Datasets", "See and search"),
            Self::ManageDatasets => ("Datasets", "Make, change and upload"),
            Self::ViewChats => ("Chats", "Read one’s own"),
            Self::ManageChats => ("Chats", "Ask and delete in one’s own"),
            Self::ViewMembers => ("Members", "See"),
            Self::ManageMembers => ("Members", "Invite, change and remove"),
            Self::ManageTeam => ("Team", "Rename, set up and delete"),
            Self::ViewAudit => ("Audit trail", "Read"),
            Self::ManageAudit => ("Audit trail", "Export and check"),
            Self::ViewIntegrations => ("Integrations", "See"),
            Self::ManageIntegrations => ("Integrations", "Connect and change"),
            Self::ViewKeys => ("API keys", "See those of others"),
            Self::ManageKeys => ("API keys", "Revoke those of others"),
            Self::ViewPipelines => ("Pipelines", "See"),
            Self::ManagePipelines => ("Pipelines", "Change"),
            Self::ViewAutomations => ("Automations", "See"),
            Self::ManageAutomations => ("Automations", "Make and change"),
            Self::ViewProjects => ("Projects", "See"),
            Self::ManageProjects => ("Projects", "Make and change"),
            Self::ViewRooms => ("Rooms", "See"),
            Self::ManageRooms => ("Rooms", "Make and change"),
            Self::ViewBilling => ("Billing", "See"),
            Self::ManageBilling => ("Billing", "Set budgets"),
            Self::ViewModels => ("Models", "See and choose"),
            Self::ManageModels => ("Models", "Add and change"),
        }
    }
}
