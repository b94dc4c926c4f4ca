//! Every field of every resource around the version that brought it, and every filter with values that hardly fit: one walk through the
//! tables, the same each time.

use anyhow::{Context, Result, ensure};
use api_types::field::Field as Shown;
use serde_json::Value;

use super::super::player::{Outcome, Player, Scene};
use super::super::states;
use super::super::wire::Request;
use super::fields::{COLLECTIONS, Collection, Field, Kind, field};
use super::values::{ODD, fitting, plain};

/// How the titles of these begin.
pub const TITLE: &str = "sweep";
/// The state of the node that all is about.
const STATE: &str = "manageable";

/// Inspection rules, of which chance knows nothing.
const RULES: Collection = Collection {
    path: "/v1/inspection_rules",
    least: r#"{"conditions":[],"actions":[{"op":"set-attribute","args":{"path":"/extra/a","value":"b"}}]"#,
    item: "/v1/inspection_rules/none",
    fields: &[],
    filters: &[field("phase", 96, Kind::Word("main"))],
};

/// A walk through one collection.
struct Walk<'a> {
    collection: &'a Collection,
    /// Of so many requests one is asked.
    stride: usize,
    number: usize,
    /// So many further items were made.
    made: usize,
}

/// The titles of what `play` plays.
pub fn titles() -> Vec<String> {
    swept().iter().map(title).collect()
}

/// What chance asks about, and the rules.
fn swept() -> Vec<Collection> {
    let mut all = COLLECTIONS.to_vec();
    all.push(RULES);
    all
}

fn title(collection: &Collection) -> String {
    format!("{TITLE}: {}", collection.path)
}

/// Asks one of so many requests; `wanted` says of which collections, by their titles.
pub async fn play(player: &mut Player, stride: usize, wanted: impl Fn(&str) -> bool) -> Result<()> {
    for collection in swept() {
        let title = title(&collection);
        if !wanted(&title) {
            continue;
        }
        let mut walk = Walk {
            collection: &collection,
            stride: stride.max(1),
            number: 0,
            made: 0,
        };
        let mut scene = Scene::of(&title);
        let played = walk.play(player, &mut scene).await;
        player.tidy(&scene).await?;
        if let Err(error) = played {
            player.report.broken(&title, &error);
        }
    }
    Ok(())
}

impl Walk<'_> {
    async fn play(&mut self, player: &mut Player, scene: &mut Scene) -> Result<()> {
        self.begin(player, scene).await?;
        for shown in fields(self.collection) {
            for minor in around(shown.since) {
                self.field(player, scene, shown.name, &minor).await?;
            }
        }
        for filter in self.collection.filters {
            self.filter(player, scene, filter).await?;
        }
        Ok(())
    }

    /// The node and the item that all is about.
    ///
    /// # Errors
    /// The two do not agree on the way: of a collection that is not there nothing would be seen.
    async fn begin(&mut self, player: &mut Player, scene: &mut Scene) -> Result<()> {
        ensure!(
            player.bring(scene, "g", STATE).await?,
            "the two do not bring a node to {STATE} alike"
        );
        let off = r#"{"target":"power off"}"#;
        let off = Request::new("PUT", "/v1/nodes/g/states/power").with(off);
        let mut made = vec![(off, 202)];
        if self.collection.path != "/v1/nodes" {
            made.push((self.birth(None, &subject(self.collection))?, 201));
        }
        for (request, status) in made {
            let outcome = player.ask(scene, &request).await?;
            ensure!(
                matches!(outcome, Outcome::Same(found) if found == status),
                "{}: not both answer {status} to {request:?}",
                self.collection.path
            );
        }
        Ok(())
    }

    /// After a change that only one of them made: from there on they would differ in everything.
    async fn begin_again(&mut self, player: &mut Player, scene: &mut Scene) -> Result<()> {
        player.tidy(scene).await?;
        self.begin(player, scene).await
    }

    /// What can be asked of a field at one version.
    async fn field(
        &mut self,
        player: &mut Player,
        scene: &mut Scene,
        name: &str,
        version: &str,
    ) -> Result<()> {
        let path = self.collection.path;
        let item = format!("{path}/{}", subject(self.collection));
        let value = value(self.collection, name);
        for query in [format!("fields=uuid,{name}"), format!("sort_key={name}")] {
            let request = Request::get(format!("{path}?{query}")).at(version);
            self.ask(player, scene, request).await?;
        }
        let request = Request::get(format!("{item}?fields={name}")).at(version);
        self.ask(player, scene, request).await?;
        self.made += 1;
        let made = states::id(&format!("sweep {path} {}", self.made));
        let request = self.birth(Some((name, &value)), &made)?.at(version);
        match self.ask(player, scene, request).await? {
            // Of what is made with another id nothing is known here.
            Outcome::Same(201) if name != "uuid" => {
                let request = Request::new("DELETE", format!("{path}/{made}"));
                player.ask(scene, &request).await?;
            }
            Outcome::Differs => self.begin_again(player, scene).await?,
            _ => {}
        }
        for operation in ["replace", "remove"] {
            let value = match operation {
                "remove" => String::new(),
                _ => format!(r#","value":{value}"#),
            };
            let body = format!(r#"[{{"op":"{operation}","path":"/{name}"{value}}}]"#);
            let request = Request::new("PATCH", &item).with(body).at(version);
            if self.ask(player, scene, request).await? == Outcome::Differs {
                self.begin_again(player, scene).await?;
            }
        }
        Ok(())
    }

    async fn filter(
        &mut self,
        player: &mut Player,
        scene: &mut Scene,
        filter: &Field,
    ) -> Result<()> {
        let ask = |value: &str| {
            let value = plain(&value.replace("$g", &states::id("g")));
            Request::get(format!("{}?{}={value}", self.collection.path, filter.name))
        };
        let fits = fitting(filter.kind);
        let mut requests: Vec<Request> = around(filter.since)
            .iter()
            .map(|version| ask(&fits).at(version))
            .collect();
        requests.extend(ODD.iter().map(|odd| ask(odd)));
        requests.push(ask("a,b"));
        for request in requests {
            self.ask(player, scene, request).await?;
        }
        Ok(())
    }

    /// Asks, when it is this request's turn.
    async fn ask(
        &mut self,
        player: &mut Player,
        scene: &mut Scene,
        request: Request,
    ) -> Result<Outcome> {
        self.number += 1;
        match self.number.is_multiple_of(self.stride) {
            true => player.ask(scene, &request).await,
            false => Ok(Outcome::Skipped),
        }
    }

    /// The request that makes an item with this id and perhaps a further member.
    fn birth(&self, more: Option<(&str, &str)>, id: &str) -> Result<Request> {
        let number = format!("{:02}", self.made % 100);
        let least = format!("{}}}", self.collection.least).replace("$MAC", &number);
        let mut body: Value = serde_json::from_str(&least).context("the least body")?;
        body["uuid"] = id.into();
        if let Some((name, value)) = more {
            body[name] = serde_json::from_str(value).context("a member's value")?;
        }
        let body = body.to_string().replace("$g", &states::id("g"));
        Ok(Request::new("POST", self.collection.path).with(body))
    }
}

/// The id of the item that all is about.
fn subject(collection: &Collection) -> String {
    match collection.path {
        "/v1/nodes" => states::id("g"),
        path => states::id(&format!("sweep {path}")),
    }
}

/// A version before and the version itself.
fn around(since: u16) -> Vec<String> {
    let before = since.saturating_sub(1).max(1);
    let mut minors = vec![before, since];
    minors.dedup();
    minors.iter().map(|minor| format!("1.{minor}")).collect()
}

/// What a resource shows, as its document lists it.
fn fields(collection: &Collection) -> &'static [Shown] {
    match collection.path {
        "/v1/nodes" => api_types::node::FIELDS,
        "/v1/ports" => api_types::port::FIELDS,
        "/v1/portgroups" => api_types::portgroup::FIELDS,
        "/v1/chassis" => api_types::chassis::FIELDS,
        "/v1/deploy_templates" => api_types::deploy_template::FIELDS,
        "/v1/runbooks" => api_types::runbook::FIELDS,
        "/v1/allocations" => api_types::allocation::FIELDS,
        "/v1/volume/connectors" => api_types::volume::CONNECTOR_FIELDS,
        "/v1/volume/targets" => api_types::volume::TARGET_FIELDS,
        _ => api_types::inspection_rule::FIELDS,
    }
}

/// A value of a member that fits; a text where the table does not know the member.
fn value(collection: &Collection, name: &str) -> String {
    let known = collection.fields.iter().find(|field| field.name == name);
    let other = match name.ends_with("uuid") {
        true => Kind::Id,
        false => Kind::Text,
    };
    let kind = known.map_or(other, |field| field.kind);
    fitting(kind).replace("$g", &states::id("g"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_resource_is_swept_with_bodies_that_are_json() {
        for collection in swept() {
            let walk = Walk {
                collection: &collection,
                stride: 1,
                number: 0,
                made: 7,
            };
            assert!(!fields(&collection).is_empty());
            for shown in fields(&collection) {
                let value = value(&collection, shown.name);
                let request = walk.birth(Some((shown.name, &value)), "x").unwrap();
                assert!(!request.body.unwrap().contains('$'), "{}", shown.name);
            }
        }
    }

    #[test]
    fn a_version_has_one_before_it() {
        assert_eq!(around(52), ["1.51", "1.52"]);
        assert_eq!(around(1), ["1.1"]);
    }
}
