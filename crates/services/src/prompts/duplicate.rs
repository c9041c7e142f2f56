//! Duplicate: a private copy of a prompt to work on.

use super::Prompts;
use super::draft::ParsedDraft;
use super::queries;
use super::read::detail;
use super::write::{about, store};
use crate::{Result, TeamTx, Viewer, audit};
use domain::audit::Action;
use domain::datasets::Visibility;
use domain::prompts::PromptDetail;
use domain::text::PromptName;
use domain::{Permission, PromptId};

impl Prompts<'_> {
    /// Copies a prompt the viewer may use into their team, for themselves. A removed model becomes the default one.
    pub async fn duplicate(&self, viewer: &Viewer, id: PromptId) -> Result<PromptDetail> {
        viewer.require(Permission::ViewPrompts)?;
        let mut tx = self.services.parts.db.team_tx(viewer).await?;
        let original = detail(&mut tx, viewer, id).await?;
        viewer.require(Permission::ManagePrompts)?;
        let mut draft = original.draft;
        draft.visibility = Visibility::Private;
        draft.model_id = draft.model_id.filter(|_| original.trouble.is_none());
        draft.name = free_name(&mut tx, viewer, &draft.name).await?;
        let copy = store(&mut tx, viewer, &ParsedDraft::parse(draft)?).await?;
        audit::record(&mut tx, viewer, about(Action::PromptDuplicated, &copy)).await?;
        tx.commit().await?;
        Ok(copy)
    }
}

/// The first of "X (copy)", "X (copy 2)", … that the team does not have.
async fn free_name(tx: &mut TeamTx, viewer: &Viewer, name: &str) -> Result<String> {
    let mut number = 1;
    loop {
        let candidate = copy_name(name, number);
        if !queries::has_name(tx, viewer.team_id, &candidate).await? {
            return Ok(candidate);
        }
        number += 1;
    }
}

fn copy_name(name: &str, number: u32) -> String {
    let suffix = if number == 1 { " (copy)".to_owned() } else { format!(" (copy {number})") };
    let kept: String = name.chars().take(PromptName::MAX - suffix.chars().count()).collect();
    format!("{}{suffix}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_copy_says_so_and_never_grows_too_long() {
        assert_eq!(copy_name("Helper", 1), "Helper (copy)");
        assert_eq!(copy_name("Helper", 12), "Helper (copy 12)");
        assert!(PromptName::parse(copy_name(&"ä".repeat(120), 3)).is_ok());
    }
}
