//! The questions of a case: their keys, labels and words, for the file of answers, the ticket and whoever asks them one by one.

use crate::manifest::Case;

/// One question.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its key in the file of answers.
    pub key: &'static str,
    /// Its heading in the ticket.
    pub label: &'static str,
    /// The question, in plain words.
    pub question: &'static str,
    /// Where its answer stands.
    pub slot: fn(&mut Case) -> Slot<'_>,
}

/// The place of an answer.
#[derive(Debug)]
pub enum Slot<'a> {
    /// One text, of one or more lines.
    Text(&'a mut Option<String>),
    /// A list, one line each.
    List(&'a mut Vec<String>),
}

impl Slot<'_> {
    /// Puts an answer here, without the blanks around it; a list gets a line each, and an empty answer is none.
    pub fn put(self, answer: &str) {
        let answer = answer.replace("\r\n", "\n");
        match self {
            Self::Text(text) => *text = Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty()),
            Self::List(list) => {
                let lines = answer.lines().map(|line| line.trim().to_owned());
                *list = lines.filter(|line| !line.is_empty()).collect();
            }
        }
    }
}

/// All questions, in the order in which they are asked.
pub const FIELDS: &[Field] = &[
    Field {
        key: "title",
        label: "Title",
        question: "The problem in one line, such as: The hub shows error 403 since the upgrade to November 2025",
        slot: |case| Slot::Text(&mut case.title),
    },
    Field {
        key: "description",
        label: "Description",
        question: "What is wrong? What was done, where, and what happened? Somebody who has never seen the site should see it before them.",
        slot: |case| Slot::Text(&mut case.description),
    },
    Field {
        key: "since_when",
        label: "Since",
        question: "When did it happen first? A time such as 2026-11-20 14:05 lets qdiag see whether the logs hold it.",
        slot: |case| Slot::Text(&mut case.since_when),
    },
    Field {
        key: "how_often",
        label: "How often",
        question: "How often: always, once, each night, with every tenth user?",
        slot: |case| Slot::Text(&mut case.how_often),
    },
    Field {
        key: "affected",
        label: "Affected",
        question: "Who or what is affected: all users, one app, one node? Does production stand still?",
        slot: |case| Slot::Text(&mut case.affected),
    },
    Field {
        key: "severity",
        label: "Severity",
        question: "How bad is it, in the words of the support portal?",
        slot: |case| Slot::Text(&mut case.severity),
    },
    Field {
        key: "error_text",
        label: "Error text",
        question: "The text of the error, copied as it is shown, with its number.",
        slot: |case| Slot::Text(&mut case.error_text),
    },
    Field {
        key: "key_words",
        label: "Key words",
        question: "Words to search for, one a line: the function, the message, the connector.",
        slot: |case| Slot::List(&mut case.key_words),
    },
    Field {
        key: "steps",
        label: "Replication steps",
        question: "What does somebody have to do to see it? One step a line.",
        slot: |case| Slot::List(&mut case.steps),
    },
    Field {
        key: "expected",
        label: "Expected result",
        question: "What should happen then?",
        slot: |case| Slot::Text(&mut case.expected),
    },
    Field {
        key: "actual",
        label: "Actual result",
        question: "What happens instead?",
        slot: |case| Slot::Text(&mut case.actual),
    },
    Field {
        key: "changed",
        label: "What changed",
        question: "What was changed before it began: an upgrade, a certificate, the network, a script? If nothing, say so.",
        slot: |case| Slot::Text(&mut case.changed),
    },
    Field {
        key: "tried",
        label: "Troubleshooting done",
        question: "What was tried against it, and what came of it?",
        slot: |case| Slot::Text(&mut case.tried),
    },
    Field {
        key: "articles",
        label: "Articles read",
        question: "Which articles of the knowledge base were read? One title or address a line; if a search found none, what was searched for.",
        slot: |case| Slot::List(&mut case.articles),
    },
    Field {
        key: "contact",
        label: "Contact",
        question: "Who can be asked, and how? A name and an address or number.",
        slot: |case| Slot::Text(&mut case.contact),
    },
    Field {
        key: "case_number",
        label: "Case number",
        question: "The number of the case, if it has one.",
        slot: |case| Slot::Text(&mut case.case_number),
    },
];
