//! List: the models that can be chosen.

use super::queries::{self, ModelRow};
use super::resolve::whole;
use super::{Models, require_managing};
use crate::{Result, Viewer};
use domain::Permission;
use domain::models::{ModelSummary, ModelType};

impl Models<'_> {
    /// The models of one type, or all of them, grouped by provider. Who may choose among them sees names; addresses and
    /// whether there is a key are for those who manage them. The default is the one of the viewer's team, where it has chosen one.
    pub async fn list(&self, viewer: &Viewer, model_type: Option<ModelType>) -> Result<Vec<ModelSummary>> {
        viewer.require(Permission::ViewModels)?;
        let mut models = self.list_installation(viewer, model_type).await?;
        if let Some(chosen) = self.services.team().default_model(viewer).await? {
            for model in models.iter_mut().filter(|model| model.model_type == ModelType::Llm) {
                model.is_default = model.id == chosen;
            }
        }
        Ok(models)
    }

    /// What a picker offers: the same, and nothing to those who may not choose.
    pub(crate) async fn choosable(&self, viewer: &Viewer, model_type: ModelType) -> Result<Vec<ModelSummary>> {
        if viewer.may(Permission::ViewModels) { self.list(viewer, Some(model_type)).await } else { Ok(Vec::new()) }
    }

    /// All models with the installation's defaults, whoever asks and whatever the viewer's team has chosen.
    pub(crate) async fn list_installation(&self, viewer: &Viewer, model_type: Option<ModelType>) -> Result<Vec<ModelSummary>> {
        let mut tx = self.services.parts.db.system_tx().await?;
        let rows = queries::list(&mut tx, model_type).await?;
        Ok(rows.into_iter().map(|row| self.summary(viewer, row)).collect())
    }

    /// All models with addresses, for those who manage the installation; for others the screen does not exist.
    pub async fn overview(&self, viewer: &Viewer) -> Result<Vec<ModelSummary>> {
        require_managing(viewer)?;
        self.list_installation(viewer, None).await
    }

    pub(super) fn summary(&self, viewer: &Viewer, row: ModelRow) -> ModelSummary {
        let manages = viewer.may(Permission::ManageModels);
        ModelSummary {
            trouble: self.trouble(&row).map(|trouble| capitalised(&trouble)),
            id: row.id,
            provider_id: row.provider_id,
            provider: row.provider,
            kind: row.kind,
            base_url: if manages { row.base_url } else { String::new() },
            name: row.name,
            model_type: row.model_type,
            context_size: whole(row.context_size),
            dimensions: row.dimensions.map(whole),
            is_default: row.is_default,
            has_key: manages && row.has_key,
        }
    }
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
