//! Rights: what a role may do. The same enum hides the button and refuses the call.

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
        /// Add and change providers and models: system administrators.
        ManageModels = "ManageModels",
    }
}
