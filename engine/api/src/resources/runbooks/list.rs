//! The list of runbooks: for a project's users their own and the public ones, for all others all.

use super::{collection, rights};
use crate::args::flag_of;
use crate::call::Call;
use crate::error::Answer;
use crate::page::PageWriter;
use crate::paging;
use crate::selection::Selection;
use model::{Resource, Runbook};
use ports::resources::{self, Known};

pub(super) async fn list(call: Call) -> Answer {
    let collection = collection(&call);
    // Taken and, as in Ironic, without a use for whoever sees all.
    if let Some(text) = call.parameter("project") {
        flag_of("project", text)?;
    }
    paging::known_marker(&call, "Runbook")?;
    let query = collection.query(&call)?;
    let Some(project) = call.project().map(str::to_owned) else {
        return collection.page(&call, Some(query), "runbooks", false).await;
    };
    let selection = Selection::of_list(&call, collection.fields, collection.summary, false)?;
    let limit = paging::limit(&call)?;
    let _slot = call.app.lists.acquire().await.ok();
    let (mut page, mut last) = (PageWriter::new("runbooks"), None);
    let mut query = query;
    while page.count() < limit {
        let found = resources::list::<Runbook>(&*call.app.store, &query).await?;
        let whole = found.len() == query.page.limit;
        query.page.marker = found.last().map(|known| known.resource.uuid());
        for Known { resource, .. } in found {
            if page.count() == limit || !rights::is_visible(Some(&project), &resource) {
                continue;
            }
            last = Some(resource.uuid().to_string());
            page.push(&collection.selected(&call, &resource, &selection))
                .await?;
        }
        if !whole {
            break;
        }
    }
    let next = paging::next(&call, "runbooks", limit, page.count(), last.as_deref());
    page.finish(next)
}
