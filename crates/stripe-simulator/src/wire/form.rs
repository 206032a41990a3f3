//! Form-encoded parameters with brackets, `metadata[order]=7&expand[]=customer`, as a tree.
//!
//! A key names a path: `a[b][0]` is the first of the list `b` in the map `a`; `a[]` adds to the list `a`. What can't be a
//! path, or contradicts what came before it, is refused.

use indexmap::IndexMap;

use super::Refusal;

/// Deeper than any parameter of Stripe's, and shallow enough for the stack.
const DEPTH_MAX: usize = 12;

/// One parameter: a text, a list or a map of further ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    Text(String),
    List(Vec<Tree>),
    Map(Map),
}

/// Parameters by name, in the order they came.
pub(crate) type Map = IndexMap<String, Tree>;

/// Reads a form body, or a query string.
///
/// # Errors
/// [`Refusal`] for a key that is no path, or two keys that contradict each other.
pub(crate) fn decode(form: &[u8]) -> Result<Map, Refusal> {
    let mut root = Map::new();
    for (key, value) in form_urlencoded::parse(form) {
        let path = path(&key)?;
        let (first, rest) = path.split_first().ok_or_else(|| Refusal::malformed(&key))?;
        set(&mut root, first, rest, &value).ok_or_else(|| Refusal::malformed(&key))?;
    }
    Ok(root.into_iter().map(|(name, tree)| (name, folded(tree))).collect())
}

/// `a[b][]` is `a`, `b` and the empty name.
fn path(key: &str) -> Result<Vec<&str>, Refusal> {
    let Some((first, mut rest)) = key.split_once('[') else {
        return if key.is_empty() { Err(Refusal::malformed(key)) } else { Ok(vec![key]) };
    };
    let mut path = vec![first];
    loop {
        let (name, after) = rest.split_once(']').ok_or_else(|| Refusal::malformed(key))?;
        path.push(name);
        if after.is_empty() {
            break;
        }
        rest = after.strip_prefix('[').ok_or_else(|| Refusal::malformed(key))?;
    }
    let is_path = !first.is_empty() && path.len() <= DEPTH_MAX;
    is_path.then_some(path).ok_or_else(|| Refusal::malformed(key))
}

/// `None` when the path contradicts what is there.
fn set(map: &mut Map, name: &str, rest: &[&str], value: &str) -> Option<()> {
    match rest.split_first() {
        None => {
            let is_free = !matches!(map.get(name), Some(Tree::List(_) | Tree::Map(_)));
            is_free.then(|| map.insert(name.to_owned(), Tree::Text(value.to_owned())))?;
        }
        Some((&"", after)) => {
            let list = map.entry(name.to_owned()).or_insert_with(|| Tree::List(Vec::new()));
            let Tree::List(list) = list else { return None };
            push(list, after, value)?;
        }
        Some((next, after)) => {
            let inner = map.entry(name.to_owned()).or_insert_with(|| Tree::Map(Map::new()));
            let Tree::Map(inner) = inner else { return None };
            set(inner, next, after, value)?;
        }
    }
    Some(())
}

/// `a[][b]=1&a[][c]=2&a[][b]=3` are two maps: a name that is there already begins the next one.
fn push(list: &mut Vec<Tree>, rest: &[&str], value: &str) -> Option<()> {
    let Some((name, after)) = rest.split_first() else {
        list.push(Tree::Text(value.to_owned()));
        return Some(());
    };
    let begins_next =
        !matches!(list.last(), Some(Tree::Map(last)) if !after.is_empty() || !last.contains_key(*name));
    if begins_next {
        list.push(Tree::Map(Map::new()));
    }
    let Some(Tree::Map(last)) = list.last_mut() else { return None };
    set(last, name, after, value)
}

/// A map whose names are all numbers is a list.
fn folded(tree: Tree) -> Tree {
    match tree {
        Tree::Text(_) => tree,
        Tree::List(list) => Tree::List(list.into_iter().map(folded).collect()),
        Tree::Map(map) => {
            let numbers: Option<Vec<u32>> = map.keys().map(|name| name.parse().ok()).collect();
            match numbers {
                Some(numbers) if !numbers.is_empty() => {
                    let mut numbered: Vec<_> = numbers.into_iter().zip(map.into_values()).collect();
                    numbered.sort_by_key(|(number, _)| *number);
                    Tree::List(numbered.into_iter().map(|(_, tree)| folded(tree)).collect())
                }
                _ => Tree::Map(map.into_iter().map(|(name, tree)| (name, folded(tree))).collect()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Tree {
        Tree::Text(text.to_owned())
    }

    fn map<const N: usize>(entries: [(&str, Tree); N]) -> Tree {
        Tree::Map(entries.into_iter().map(|(name, tree)| (name.to_owned(), tree)).collect())
    }

    #[test]
    fn brackets_make_maps_and_lists() {
        let tree = decode(b"a=1&m[k]=v&m[n][deep]=x&l[]=p&l[]=q&o[1]=second&o[0]=first").unwrap();
        assert_eq!(tree["a"], text("1"));
        assert_eq!(tree["m"], map([("k", text("v")), ("n", map([("deep", text("x"))]))]));
        assert_eq!(tree["l"], Tree::List(vec![text("p"), text("q")]));
        assert_eq!(tree["o"], Tree::List(vec![text("first"), text("second")]));
    }

    #[test]
    fn a_list_of_maps_begins_anew_when_a_name_repeats() {
        let tree = decode(b"items[][price]=a&items[][quantity]=1&items[][price]=b").unwrap();
        let first = map([("price", text("a")), ("quantity", text("1"))]);
        assert_eq!(tree["items"], Tree::List(vec![first, map([("price", text("b"))])]));
    }

    #[test]
    fn encoded_brackets_blanks_and_umlauts_are_read() {
        let tree = decode("metadata%5Bname%5D=Caf%C3%A9+M%C3%BCller&empty=".as_bytes()).unwrap();
        assert_eq!(tree["metadata"], map([("name", text("Café Müller"))]));
        assert_eq!(tree["empty"], text(""));
    }

    #[test]
    fn keys_that_contradict_each_other_or_are_no_path_are_refused() {
        for form in ["a=1&a[b]=2", "a[b]=1&a=2", "a[b]=1&a[]=2", "a[b=1", "[b]=1", "a[b]c=1", "=1"] {
            assert!(decode(form.as_bytes()).is_err(), "{form}");
        }
        let deep = format!("a{}=1", "[b]".repeat(40));
        assert!(decode(deep.as_bytes()).is_err());
    }
}
