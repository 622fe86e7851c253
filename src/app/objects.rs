//! Sheets, charts, master items and bookmarks, from the JSON in which an app keeps them: titles and kinds, nothing else.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Named;
use super::tolerant::{MOST, Scalar};

/// Objects that an app has for itself, which nobody sees on a sheet.
const INTERNAL: [&str; 3] = ["LoadModel", "appprops", "ColorMapModel"];

/// What was found, in the order of the JSON.
#[derive(Debug, Default)]
pub(super) struct Objects {
    /// Sheets with their place in the app's order.
    sheets: Vec<(Option<f64>, Named)>,
    others: Vec<Named>,
    /// Whether there was more than is kept.
    pub(super) more: bool,
}

impl Objects {
    /// Takes in an object with its children, or a list of objects. What stands before an error is kept.
    ///
    /// # Errors
    /// It is no such JSON.
    pub(super) fn add(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        Node(self).deserialize(&mut serde_json::Deserializer::from_slice(json))
    }

    /// Takes in one that is no JSON, such as a bookmark.
    pub(super) fn push(&mut self, named: Named) {
        if self.others.len() < MOST {
            self.others.push(named);
        } else {
            self.more = true;
        }
    }

    /// Sheets in the app's order, and everything else.
    pub(super) fn into_parts(mut self) -> (Vec<Named>, Vec<Named>) {
        // One without a place comes last, as an app shows it.
        self.sheets.sort_by(|(a, _), (b, _)| a.unwrap_or(f64::MAX).total_cmp(&b.unwrap_or(f64::MAX)));
        (self.sheets.into_iter().map(|(_, sheet)| sheet).collect(), self.others)
    }

    /// Keeps a place for an object, so that it stands before its children.
    fn reserve(&mut self) -> Option<usize> {
        let place = self.others.len();
        self.push(Named::default());
        (place < self.others.len()).then_some(place)
    }

    /// Fills the place, or frees it when there is no object to show.
    fn settle(&mut self, place: Option<usize>, seen: Properties) {
        let Some(place) = place else { return };
        let kind = seen.kind.as_deref();
        if kind == Some("sheet") {
            self.others.remove(place);
            self.sheets.push((seen.rank, Named { name: seen.name(), kind: None }));
        } else if kind.is_none_or(|kind| INTERNAL.contains(&kind)) {
            self.others.remove(place);
        } else if let Some(object) = self.others.get_mut(place) {
            *object = Named { name: seen.name(), kind: seen.kind() };
        }
        self.more |= self.sheets.len() > MOST;
        self.sheets.truncate(MOST);
    }
}

/// What an object says of itself, gathered from its levels.
#[derive(Default)]
struct Properties {
    kind: Option<String>,
    visualization: Option<String>,
    title: Option<String>,
    /// The title in the properties of a chart, which may be a formula instead.
    shown: Option<String>,
    label: Option<String>,
    rank: Option<f64>,
}

impl Properties {
    fn name(&self) -> String {
        [&self.title, &self.shown, &self.label].into_iter().flatten().next().cloned().unwrap_or_default()
    }

    fn kind(self) -> Option<String> {
        match self.kind.as_deref() {
            Some("dimension") => Some("master dimension".to_owned()),
            Some("measure") => Some("master measure".to_owned()),
            Some("masterobject") => {
                Some(format!("master {}", self.visualization.as_deref().unwrap_or("visualization")))
            }
            _ => self.visualization.or(self.kind),
        }
    }
}

/// `qInfo` and `qMetaData`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Info {
    #[serde(rename = "qType")]
    kind: Scalar,
}

/// `qMetaDef`, `qDim` and `qMeasure`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Labels {
    title: Scalar,
    #[serde(rename = "qLabel")]
    label: Scalar,
}

/// An object, or a list of them.
struct Node<'a>(&'a mut Objects);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Node(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let place = self.0.reserve();
        let mut seen = Properties::default();
        let result = Level { objects: &mut *self.0, seen: &mut seen }.visit_map(map);
        self.0.settle(place, seen);
        result
    }
}

/// One level of an object: `qRoot` holds `qProperty`, which holds the properties; a plain file holds them at once.
struct Level<'a> {
    objects: &'a mut Objects,
    seen: &'a mut Properties,
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("properties of an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { objects, seen } = self;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "qRoot" | "qProperty" => {
                    map.next_value_seed(Level { objects: &mut *objects, seen: &mut *seen })?;
                }
                "qChildren" => map.next_value_seed(Node(&mut *objects))?,
                "qInfo" | "qMetaData" => {
                    let info = map.next_value::<Option<Info>>()?.unwrap_or_default();
                    seen.kind = info.kind.text().or(seen.kind.take());
                }
                "qMetaDef" => {
                    let labels = map.next_value::<Option<Labels>>()?.unwrap_or_default();
                    seen.title = labels.title.text().or(seen.title.take());
                }
                "qDim" | "qMeasure" => {
                    let labels = map.next_value::<Option<Labels>>()?.unwrap_or_default();
                    seen.label = labels.label.text().or(labels.title.text());
                }
                "title" => seen.shown = map.next_value::<Scalar>()?.text(),
                "visualization" => seen.visualization = map.next_value::<Scalar>()?.text(),
                "rank" => seen.rank = map.next_value::<Scalar>()?.rank(),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &[&str]) -> (Vec<String>, Vec<String>) {
        let mut objects = Objects::default();
        for json in json {
            let _ = objects.add(json.as_bytes());
        }
        let (sheets, others) = objects.into_parts();
        let line = |one: Named| format!("{}:{}", one.kind.unwrap_or_default(), one.name);
        (sheets.into_iter().map(|sheet| sheet.name).collect(), others.into_iter().map(line).collect())
    }

    #[test]
    fn sheets_are_in_order_and_objects_before_their_children() {
        let (sheets, others) = read(&[
            r#"{"qMetaData":{"qType":"sheet"},"qRoot":{"qProperty":{"qInfo":{"qId":"a","qType":"sheet"},"qMetaDef":{"title":"Last"},"rank":2},
                "qChildren":[{"qProperty":{"qInfo":{"qType":"filterpane"},"qMetaDef":{},"title":"","visualization":"filterpane"},
                    "qChildren":[{"qProperty":{"qInfo":{"qType":"listbox"},"title":"Key","visualization":"listbox"},"qChildren":[]}]}]}}"#,
            r#"{"qRoot":{"qProperty":{"qInfo":{"qType":"sheet"},"qMetaDef":{"title":"No place"}}}}"#,
            r#"{"qRoot":{"qProperty":{"qInfo":{"qType":"sheet"},"qMetaDef":{"title":"First"},"rank":-1}}}"#,
            r#"{"qMetaData":{"qType":"LoadModel"},"qRoot":{"qProperty":{"qInfo":{"qType":"LoadModel"}}}}"#,
        ]);
        assert_eq!(sheets, ["First", "Last", "No place"]);
        assert_eq!(others, ["filterpane:", "listbox:Key"]);
    }

    #[test]
    fn master_items_are_named_in_files_and_in_lists() {
        let (_, others) = read(&[
            r#"[{"qInfo":{"qType":"dimension"},"qDim":{"title":"label"},"qMetaDef":{"title":"Section"}},
                {"qInfo":{"qType":"measure"},"qMeasure":{"qLabel":"Tools","qDef":"Count(x)"},"qMetaDef":{}}]"#,
            r#"{"qProperty":{"qInfo":{"qType":"masterobject"},"qMetaDef":{"title":"Chart"},"visualization":"table"}}"#,
            r#"{"qInfo":{"qType":"story"},"qMetaDef":null,"title":{"qStringExpression":{"qExpr":"='x'"}}}"#,
        ]);
        assert_eq!(
            others,
            ["master dimension:Section", "master measure:Tools", "master table:Chart", "story:"]
        );
    }

    #[test]
    fn what_stands_before_damage_is_kept() {
        let mut objects = Objects::default();
        let json = br#"[{"qInfo":{"qType":"kpi"},"title":"A"},{"qInfo":{"qType":"kpi"},"title":"B","x":["#;
        assert!(objects.add(json).is_err());
        let names: Vec<_> = objects.into_parts().1.into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["A", "B"]);
        assert!(Objects::default().add(&b"[".repeat(100_000)).is_err(), "too deep, and no overflow");
    }

    #[test]
    fn there_is_an_end_to_what_is_kept() {
        let mut objects = Objects::default();
        let json =
            format!("[{}0]", r#"{"qInfo":{"qType":"kpi"}},{"qInfo":{"qType":"sheet"}},"#.repeat(MOST + 5));
        assert!(objects.add(json.as_bytes()).is_err());
        assert!(objects.more);
        let (sheets, others) = objects.into_parts();
        assert_eq!((sheets.len() <= MOST, others.len()), (true, MOST));
    }
}
