//! Reading the parameters of one request, strictly.
//!
//! Reading takes a parameter away; what is left at the end is unknown to the simulator and refused. So a parameter that is
//! misspelt, and one that the simulator doesn't simulate, can't pass a test by being ignored.

use serde_json::{Map as JsonMap, Value};

use super::Refusal;
use super::form::{Map, Tree};

/// The parameters of a request, or of a map within them.
#[derive(Clone, Debug)]
pub(crate) struct Params {
    map: Map,
    /// What stands before a name of this map: `payment_method_data` for `payment_method_data[type]`.
    within: Option<String>,
    /// Passes over what nobody has read: a planted defect.
    is_lenient: bool,
}

/// A word out of a fixed list, such as a status.
pub(crate) trait Word: Copy + 'static {
    /// Every word with its spelling on the wire.
    const ALL: &'static [(&'static str, Self)];

    /// The spelling on the wire.
    fn word(self) -> &'static str;
}

/// Makes an enum whose variants are words on the wire.
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$doc])* $variant),+ }

        impl $crate::wire::Word for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($word, Self::$variant)),+];

            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}
pub(crate) use words;

impl Params {
    pub(crate) fn new(map: Map, is_lenient: bool) -> Self {
        Self { map, within: None, is_lenient }
    }

    /// The whole name as errors show it: `card[token]`.
    pub(crate) fn full_name(&self, name: &str) -> String {
        self.within.as_ref().map_or_else(|| name.to_owned(), |within| format!("{within}[{name}]"))
    }

    /// A text. An empty one is refused.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.map.shift_remove(name) {
            None => Ok(None),
            Some(Tree::Text(text)) if text.is_empty() => Err(Refusal::empty(&self.full_name(name))),
            Some(Tree::Text(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(name, "string")),
        }
    }

    /// A text that an empty one removes: the inner `None`.
    pub(crate) fn unsettable(&mut self, name: &str) -> Result<Option<Option<String>>, Refusal> {
        if self.is_empty_text(name) {
            self.map.shift_remove(name);
            return Ok(Some(None));
        }
        Ok(self.text(name)?.map(Some))
    }

    pub(crate) fn required_text(&mut self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| Refusal::missing(&self.full_name(name)))
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let invalid = || {
            let refusal = Refusal::invalid(format!("Invalid integer: {text}"));
            refusal.code("parameter_invalid_integer").param(self.full_name(name))
        };
        text.parse().map(Some).map_err(|_| invalid())
    }

    pub(crate) fn required_integer(&mut self, name: &str) -> Result<i64, Refusal> {
        self.integer(name)?.ok_or_else(|| Refusal::missing(&self.full_name(name)))
    }

    pub(crate) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.text(name)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => {
                Err(Refusal::invalid(format!("Invalid boolean: {other}")).param(self.full_name(name)))
            }
        }
    }

    /// One word out of a list.
    pub(crate) fn word<W: Word>(&mut self, name: &str) -> Result<Option<W>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let found = W::ALL.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        found.map(Some).ok_or_else(|| {
            let words: Vec<&str> = W::ALL.iter().map(|(word, _)| *word).collect();
            let full_name = self.full_name(name);
            let message = format!("Invalid {full_name}: must be one of {}", words.join(", "));
            Refusal::invalid(message).param(full_name)
        })
    }

    /// A list of texts; absent is empty.
    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, Refusal> {
        let list = match self.map.shift_remove(name) {
            None => return Ok(Vec::new()),
            Some(Tree::Text(text)) if text.is_empty() => return Ok(Vec::new()),
            Some(Tree::List(list)) => list,
            Some(_) => return Err(self.wrong(name, "array")),
        };
        let text = |tree| match tree {
            Tree::Text(text) => Ok(text),
            _ => Err(self.wrong(name, "array of strings")),
        };
        list.into_iter().map(text).collect()
    }

    /// A map, read by `read` and then held to be empty.
    pub(crate) fn nested<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        match self.map.shift_remove(name) {
            None => Ok(None),
            Some(Tree::Map(map)) => self.inner(name.to_owned(), map, read).map(Some),
            Some(_) => Err(self.wrong(name, "object")),
        }
    }

    /// A list of maps, each read by `read`; absent is empty.
    pub(crate) fn each<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(&mut Self) -> Result<T, Refusal>,
    ) -> Result<Vec<T>, Refusal> {
        let list = match self.map.shift_remove(name) {
            None => return Ok(Vec::new()),
            Some(Tree::List(list)) => list,
            Some(_) => return Err(self.wrong(name, "array")),
        };
        let mut all = Vec::new();
        for (index, tree) in list.into_iter().enumerate() {
            let Tree::Map(map) = tree else { return Err(self.wrong(name, "array of objects")) };
            all.push(self.inner(format!("{name}[{index}]"), map, &mut read)?);
        }
        Ok(all)
    }

    fn inner<T>(
        &self,
        name: String,
        map: Map,
        read: impl FnOnce(&mut Self) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        // The name of a map in a list has its bracket already: `items[0]`.
        let full_name = match name.split_once('[') {
            Some((first, rest)) => format!("{}[{rest}", self.full_name(first)),
            None => self.full_name(&name),
        };
        let mut inner = Self { map, within: Some(full_name), is_lenient: self.is_lenient };
        let value = read(&mut inner)?;
        inner.finish()?;
        Ok(value)
    }

    /// Whatever stands there, shown again as it came: for what is kept and never looked at.
    pub(crate) fn kept(&mut self, name: &str) -> Option<Value> {
        self.map.shift_remove(name).map(as_json)
    }

    pub(crate) fn is_map(&self, name: &str) -> bool {
        matches!(self.map.get(name), Some(Tree::Map(_)))
    }

    /// `name=`, which asks for its removal.
    pub(crate) fn is_empty_text(&self, name: &str) -> bool {
        matches!(self.map.get(name), Some(Tree::Text(text)) if text.is_empty())
    }

    /// Every remaining text of the map by name, for maps whose names are the caller's own.
    pub(crate) fn remaining_texts(&mut self) -> Result<Vec<(String, String)>, Refusal> {
        let all = std::mem::take(&mut self.map);
        let text = |(name, tree): (String, Tree)| match tree {
            Tree::Text(text) => Ok((name, text)),
            _ => Err(self.wrong(&name, "string")),
        };
        all.into_iter().map(text).collect()
    }

    /// Refuses what nobody has read.
    pub(crate) fn finish(&self) -> Result<(), Refusal> {
        let unread = self.map.keys().next().filter(|_| !self.is_lenient);
        unread.map_or(Ok(()), |name| Err(Refusal::unknown(&self.full_name(name))))
    }

    fn wrong(&self, name: &str, wanted: &str) -> Refusal {
        let full_name = self.full_name(name);
        Refusal::invalid(format!("Invalid {wanted}: {full_name}")).param(full_name)
    }
}

fn as_json(tree: Tree) -> Value {
    match tree {
        Tree::Text(text) => Value::String(text),
        Tree::List(list) => Value::Array(list.into_iter().map(as_json).collect()),
        Tree::Map(map) => {
            let entries = map.into_iter().map(|(name, tree)| (name, as_json(tree)));
            Value::Object(entries.collect::<JsonMap<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::decode;
    use super::*;

    fn params(form: &str) -> Params {
        Params::new(decode(form.as_bytes()).unwrap(), false)
    }

    #[test]
    fn what_nobody_reads_is_unknown_with_its_whole_name() {
        let mut read = params("amount=5&card[token]=t&card[tokn]=t");
        assert_eq!(read.integer("amount"), Ok(Some(5)));
        let nested = read.nested("card", |card| card.text("token"));
        assert_eq!(nested, Err(Refusal::unknown("card[tokn]")));
        assert_eq!(params("amuont=5").finish(), Err(Refusal::unknown("amuont")));
    }

    #[test]
    fn the_name_of_a_map_in_a_list_says_which() {
        let read = params("items[0][price]=a&items[1][prise]=b").each("items", |item| item.text("price"));
        assert_eq!(read, Err(Refusal::unknown("items[1][prise]")));
    }

    #[test]
    fn numbers_flags_and_empty_texts_are_read_strictly() {
        for form in ["n=1.5", "n=abc", "n=", "n[]=1", "n=99999999999999999999"] {
            assert!(params(form).integer("n").is_err(), "{form}");
        }
        assert!(params("b=1").flag("b").is_err());
        assert_eq!(params("t=").unsettable("t"), Ok(Some(None)));
        assert_eq!(params("t=").text("t"), Err(Refusal::empty("t")));
    }
}
