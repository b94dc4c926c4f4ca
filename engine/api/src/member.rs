//! What a body holds, as data: its members, their types, and the microversions that added them. Handlers read and refuse by these tables,
//! and the OpenAPI document is made from them. What a value means is the handlers' to know.

use model::Object;

/// A member of a body, or an argument that a call takes from its body and its query alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub name: &'static str,
    pub kind: Kind,
    /// It exists from `1.since` on.
    pub since: u16,
    /// Whether it must be there.
    pub required: bool,
}

/// What its value looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    /// One of these texts.
    Word(&'static [&'static str]),
    Flag,
    Integer,
    /// A number that is not negative, or its digits as a text.
    Digits,
    Object,
    /// A list of texts.
    Texts,
    /// A list of some of these texts.
    Words(&'static [&'static str]),
    /// A list of objects with these members.
    Items(&'static [Member]),
    /// A number that is not negative, or this word.
    IntegerOr(&'static str),
    List,
    TextOrObject,
    ListOrObject,
    Anything,
}

/// A member that came with the call itself and may be left out.
pub(crate) const fn member(name: &'static str, kind: Kind) -> Member {
    Member {
        name,
        kind,
        since: 1,
        required: false,
    }
}

/// A text that may be left out.
pub(crate) const fn text(name: &'static str) -> Member {
    member(name, Kind::Text)
}

impl Member {
    /// It must be there.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// It exists from `1.minor` on.
    pub const fn since(mut self, minor: u16) -> Self {
        self.since = minor;
        self
    }
}

/// Whether there is a member of this name.
pub(crate) fn knows(members: &[Member], name: &str) -> bool {
    members.iter().any(|member| member.name == name)
}

/// The first member that must be there and is not.
pub(crate) fn missing(members: &[Member], body: &Object) -> Option<&'static str> {
    let mut required = members.iter().filter(|member| member.required);
    required
        .find(|member| !body.contains_key(member.name))
        .map(|member| member.name)
}

/// The first key that is none of the members.
pub(crate) fn unknown<'b>(members: &[Member], body: &'b Object) -> Option<&'b str> {
    let mut keys = body.keys().map(String::as_str);
    keys.find(|key| !knows(members, key))
}
