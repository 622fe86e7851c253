//! Tables of names.

use proptest::prelude::*;

use super::*;

#[test]
fn parts_become_safe_and_stay_readable() {
    let table: &[(&[&str], &str)] = &[
        (&["data", "host", "a b.txt"], "data/host/a b.txt"),
        (&["data", "C:", "x"], "data/C_/x"),
        (&["data", "..", ".", ""], "data/__/_/_"),
        (&["..\\..\\x"], ".._.._x"),
        (&["/etc/passwd"], "_etc_passwd"),
        (&["con", "Nul.txt", "com1.tar.gz", "com10", "lpt¹"], "_con/_Nul.txt/_com1.tar.gz/com10/_lpt¹"),
        (&["a.", "b ", "c. ."], "a_/b_/c___"),
        (&["e\u{301}"], "\u{e9}"),
        (&["a\u{202e}txt.exe", "b\u{7}", "z\u{200b}"], "a_txt.exe/b_/z_"),
        (&["aux .log"], "_aux .log"),
        (&["100%.txt"], "100_.txt"),
        (&[], "_"),
    ];
    for (parts, wanted) in table {
        let name = EntryName::from_parts(parts.iter().copied());
        assert_eq!(name.as_str(), *wanted, "{parts:?}");
        assert_eq!(EntryName::parse(wanted).as_ref(), Ok(&name));
    }
}

#[test]
fn hostile_names_are_refused_with_a_reason() {
    let long = "x".repeat(201);
    let table = [
        ("", Unsafe::Empty),
        ("a//b", Unsafe::Empty),
        ("a/", Unsafe::Empty),
        (long.as_str(), Unsafe::TooLong),
        ("/etc/passwd", Unsafe::Absolute),
        ("\\\\srv\\x", Unsafe::Absolute),
        ("../x", Unsafe::Dots),
        ("a/./b", Unsafe::Dots),
        ("C:/x", Unsafe::Character(':')),
        ("a\\b", Unsafe::Character('\\')),
        ("a\nb", Unsafe::Hidden('\n')),
        ("a\u{202e}b", Unsafe::Hidden('\u{202e}')),
        ("a/NUL.txt", Unsafe::Reserved),
        ("a/b.", Unsafe::TrailingDotOrSpace),
        ("a /b", Unsafe::TrailingDotOrSpace),
        ("e\u{301}", Unsafe::NotComposed),
    ];
    for (name, wanted) in table {
        assert_eq!(EntryName::parse(name), Err(wanted), "{name:?}");
    }
}

#[test]
fn long_names_keep_their_ending_and_differ() {
    let folder = "d".repeat(60);
    let first = format!("{}1.log", "ä".repeat(150));
    let second = format!("{}2.log", "ä".repeat(150));
    let one = EntryName::from_parts(["data", &folder, &first]);
    let two = EntryName::from_parts(["data", &folder, &second]);
    assert_ne!(one, two);
    assert_eq!(one, EntryName::from_parts(["data", &folder, &first]));
    for name in [&one, &two] {
        assert!(name.as_str().len() <= MAX_BYTES && split_ending(name.as_str()).1 == ".log", "{name}");
        assert!(name.as_str().starts_with(&format!("data/{folder}/ää")), "{name}");
    }
    let deep: Vec<&str> = std::iter::repeat_n("folder", 60).chain(["trace.txt"]).collect();
    let name = EntryName::from_parts(deep);
    assert!(name.as_str().len() <= MAX_BYTES && name.as_str().contains("/trace~"), "{name}");
    assert!(split_ending(name.as_str()).1 == ".txt", "{name}");
}

#[test]
fn collisions_get_a_number_before_the_ending() {
    let mut names = Names::new();
    let mut take = |name: &str| names.allocate(&EntryName::fixed(name)).to_string();
    assert_eq!(take("data/h/A.txt"), "data/h/A.txt");
    assert_eq!(take("data/h/a.txt"), "data/h/a~2.txt");
    assert_eq!(take("data/H/a.TXT"), "data/H/a~3.TXT");
    assert_eq!(take("data/h/a~2.txt"), "data/h/a~2~2.txt");
    assert_eq!(take("data/h/.profile"), "data/h/.profile");
    assert_eq!(take("data/h/.PROFILE"), "data/h/.PROFILE~2");
    assert_eq!(take("data/h/STRASSE"), "data/h/STRASSE");
    assert_eq!(take("data/h/straße"), "data/h/straße~2");
}

#[test]
fn a_file_never_has_the_name_of_a_folder() {
    let mut names = Names::new();
    let mut take = |name: &str| names.allocate(&EntryName::fixed(name)).to_string();
    assert_eq!(take("data/log/x.txt"), "data/log/x.txt");
    assert_eq!(take("data/LOG"), "data/LOG~2");
    assert_eq!(take("data/log~2/y.txt"), "data/log~2~2/y.txt");
    assert_eq!(take("data/log~2/z.txt"), "data/log~2~2/z.txt");
}

#[test]
fn long_collisions_stay_within_the_limit() {
    let mut names = Names::new();
    let name = EntryName::from_parts(["n".repeat(300).as_str()]);
    let taken: HashSet<String> = (0..50).map(|_| names.allocate(&name).to_string()).collect();
    assert_eq!(taken.len(), 50);
    assert!(taken.iter().all(|name| EntryName::parse(name).is_ok()));
}

proptest! {
    #[test]
    fn any_parts_give_a_name_that_parses(parts in prop::collection::vec(".{0,40}", 0..12)) {
        let name = EntryName::from_parts(parts.iter().map(String::as_str));
        prop_assert_eq!(EntryName::parse(name.as_str()), Ok(name.clone()));
        let mut names = Names::new();
        for _ in 0..3 {
            let name = names.allocate(&name);
            prop_assert_eq!(EntryName::parse(name.as_str()), Ok(name.clone()));
        }
    }
}
