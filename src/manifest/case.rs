//! What a bundle says of its case: the answers of a person, and the verdict on each duty. Data only.

use serde::{Deserialize, Serialize};

/// What a person says of a problem, redacted. What was not answered is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Case {
    /// The problem in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it first happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_when: Option<String>,
    /// How often it happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how_often: Option<String>,
    /// Who or what is affected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affected: Option<String>,
    /// How bad it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// The text of the error, as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_text: Option<String>,
    /// Words that tell the problem from others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_words: Vec<String>,
    /// What to do to see the problem, step by step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
    /// What should happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What happens instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// What was changed before it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<String>,
    /// What was tried against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<String>,
    /// Articles that were read about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub articles: Vec<String>,
    /// Who can be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Number of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_number: Option<String>,
}

/// Whether a bundle has what Qlik asks of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Completeness {
    /// Duties of which nothing is there.
    pub missing: u64,
    /// Duties of which too little is there.
    pub weak: u64,
    /// All duties, in the order in which Qlik names them.
    pub duties: Vec<Verdict>,
}

/// The verdict on one duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Verdict {
    /// What is asked for.
    pub duty: Duty,
    /// Whether it is there.
    pub state: State,
    /// Why, in plain words.
    pub reason: String,
    /// What to do about it, if it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What Qlik asks of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// Which product it is.
    Product,
    /// Which version and release.
    Version,
    /// What is wrong.
    Description,
    /// Words that tell the problem from others.
    KeyWords,
    /// The operating environment.
    Environment,
    /// An app that shows the problem.
    SampleApp,
    /// Logs of the time.
    Logs,
    /// The license.
    License,
    /// How to see the problem.
    Steps,
    /// The expected and the actual result.
    Results,
    /// Whether the knowledge base was searched.
    KnowledgeBase,
    /// What was tried.
    Troubleshooting,
}

impl Duty {
    /// The words used in texts.
    pub fn words(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Version => "version",
            Self::Description => "description",
            Self::KeyWords => "key words",
            Self::Environment => "operating environment",
            Self::SampleApp => "sample app",
            Self::Logs => "logs",
            Self::License => "license",
            Self::Steps => "replication steps",
            Self::Results => "expected and actual result",
            Self::KnowledgeBase => "knowledge base searched",
            Self::Troubleshooting => "troubleshooting done",
        }
    }
}

/// Whether something that is asked for is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is.
    Present,
    /// Some of it is, but too little to work with.
    Weak,
    /// It is not.
    Missing,
}

impl State {
    /// The word used in texts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Weak => "weak",
            Self::Missing => "missing",
        }
    }
}

/// The time that logs and events were wanted of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WindowFacts {
    /// Its start, UTC, RFC 3339; absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}
