//! The properties of an app, as the product writes them into a container and a folder alike.

use serde::Deserialize;

use super::AppSummary;
use super::tolerant::Scalar;

/// `qvapp_approperties` of a container, `app-properties.json` of a folder.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Properties {
    #[serde(rename = "qTitle")]
    title: Scalar,
    description: Scalar,
    #[serde(rename = "qSavedInProductVersion")]
    version: Scalar,
    #[serde(rename = "qLastReloadTime")]
    reload: Scalar,
    #[serde(rename = "hassectionaccess")]
    section_access: Scalar,
    #[serde(rename = "qHasSectionAccess")]
    has_section_access: Scalar,
    encrypted: Scalar,
    #[serde(rename = "qThumbnail")]
    thumbnail: Option<Thumbnail>,
    #[serde(rename = "thumbnail")]
    old_thumbnail: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Thumbnail {
    #[serde(rename = "qUrl")]
    url: Scalar,
}

impl Properties {
    /// Takes in what they tell.
    pub(super) fn tell(self, summary: &mut AppSummary) {
        summary.title = self.title.text();
        summary.description = self.description.text();
        summary.saved_by_version = self.version.text();
        summary.last_reload = self.reload.text();
        summary.section_access = self.section_access();
        summary.encrypted = self.encrypted.flag();
        summary.thumbnail = Some(self.has_thumbnail());
    }

    fn section_access(&self) -> Option<bool> {
        match (self.section_access.flag(), self.has_section_access.flag()) {
            (None, flag) | (flag, None) => flag,
            (Some(one), Some(other)) => Some(one || other),
        }
    }

    fn has_thumbnail(&self) -> bool {
        let url = self.thumbnail.as_ref().and_then(|thumbnail| thumbnail.url.text());
        url.or(self.old_thumbnail.text()).is_some()
    }
}
