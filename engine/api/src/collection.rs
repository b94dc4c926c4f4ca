//! What all collections of resources (not nodes, not ports) have in common: finding one, pages, filling, patching. Each resource says
//! in one [`Collection`] what is its own; rules about states are not here.

mod of_node;

pub(crate) use of_node::{Turned, named_node, node_change};

use crate::attributes::{self, Attribute, patchable, write_back};
use crate::call::Call;
use crate::error::{Answer, ApiError};
use crate::page::PageWriter;
use crate::patch::{Operation, apply, operations};
use crate::selection::Selection;
use crate::{answer, ident, paging};
use api_types::field::Field;
use model::{Object, Refusal, RefusalKind, Resource};
use ports::resources::{self, Known, ResourceQuery};
use ports::store::StoreError;
use serde_json::Value;

/// A change that met another one is computed anew so often.
const ATTEMPTS: usize = 5;

/// What is a collection's own.
pub(crate) struct Collection<R: Resource> {
    /// The last part of its path and the key of its lists.
    pub plural: &'static str,
    /// Its path, without slashes around it.
    pub path: &'static str,
    /// Every field of its document.
    pub fields: &'static [Field],
    /// What a list shows unless told otherwise.
    pub summary: &'static [&'static str],
    /// Fields that a list cannot be sorted by.
    pub not_sortable: &'static [&'static str],
    /// What a client may write.
    pub table: &'static [Attribute<R>],
    /// Whether a path may name one by its name, and how names look.
    pub is_name: fn(&str) -> bool,
    /// The whole document, as the newest version shows it.
    pub document: fn(&Call, &R) -> Object,
}

/// For collections whose resources have no names.
pub(crate) fn nameless(_: &str) -> bool {
    false
}

impl<R: Resource> Collection<R> {
    /// The resource that a path names.
    ///
    /// # Errors
    /// 400 when the text is neither UUID nor name, 404 when there is none.
    pub async fn find(&self, call: &Call, named: &str) -> Result<Known<R>, ApiError> {
        let store = &*call.app.store;
        let found = match ident::uuid(named) {
            Some(uuid) => resources::find(store, uuid).await?,
            None if (self.is_name)(named) => resources::find_by(store, "name", named).await?,
            None => return Err(ident::bad(named)),
        };
        found.ok_or_else(|| {
            let noun = R::KIND.noun();
            ApiError::not_found(format!("{noun} {named} could not be found."))
        })
    }

    /// The page of a list that a request asks for, without criteria.
    ///
    /// # Errors
    /// A wrong limit, marker or order.
    pub fn query(&self, call: &Call) -> Result<ResourceQuery, ApiError> {
        Ok(ResourceQuery {
            page: paging::page(call, self.fields, self.not_sortable)?,
            ..ResourceQuery::default()
        })
    }

    /// Answers with a page; `path` is where it was asked for, without a leading slash. No query is an empty page.
    pub async fn page(
        &self,
        call: &Call,
        query: Option<ResourceQuery>,
        path: &str,
        detail: bool,
    ) -> Answer {
        let selection = Selection::of_list(call, self.fields, self.summary, detail)?;
        self.page_of(call, query, path, &selection).await
    }

    /// The same with the fields chosen already.
    pub async fn page_of(
        &self,
        call: &Call,
        query: Option<ResourceQuery>,
        path: &str,
        selection: &Selection,
    ) -> Answer {
        let limit = paging::limit(call)?;
        let _slot = call.app.lists.acquire().await.ok();
        let found = match query {
            Some(query) => resources::list::<R>(&*call.app.store, &query).await?,
            None => Vec::new(),
        };
        let last = found.last().map(|known| known.resource.uuid().to_string());
        let mut page = PageWriter::new(self.plural);
        for known in found {
            page.push(&self.selected(call, &known.resource, selection))
                .await?;
        }
        let next = paging::next(call, path, limit, page.count(), last.as_deref());
        page.finish(next)
    }

    /// Answers with one document, or what `fields` names of it.
    pub fn show(&self, call: &Call, resource: &R) -> Answer {
        let selection = Selection::of_one(call, self.fields)?;
        answer::ok(&self.selected(call, resource, &selection))
    }

    /// Answers with the whole document.
    pub fn show_all(&self, call: &Call, resource: &R) -> Answer {
        answer::ok(&self.selected(call, resource, &Selection::All))
    }

    /// 201 with the new document.
    pub fn created(&self, call: &Call, resource: &R) -> Answer {
        let path = format!("{}/{}", self.path, resource.uuid());
        answer::created(call, &path, &self.selected(call, resource, &Selection::All))
    }

    /// The document with what is wanted of it.
    pub fn selected(&self, call: &Call, resource: &R, selection: &Selection) -> Object {
        selection.pick(call, self.fields, (self.document)(call, resource))
    }

    /// Fills a new resource from the body of a POST.
    ///
    /// # Errors
    /// 400 for an unknown key or a wrong value, 406 for a field that the version does not have.
    pub fn fill(&self, call: &Call, new: &mut R, body: Object) -> Result<(), ApiError> {
        attributes::fill(call, self.table, self.fields, new, body)
    }

    /// The operations of a PATCH.
    ///
    /// # Errors
    /// As [`operations`].
    pub fn operations(&self, call: &Call) -> Result<Vec<Operation>, ApiError> {
        operations(call, self.table, self.fields)
    }

    /// The resource after a patch.
    ///
    /// # Errors
    /// The patch does not fit, or a value is wrong.
    pub fn patched(&self, old: &R, operations: Vec<Operation>) -> Result<R, Refusal> {
        let invalid = |why: String| Refusal::new(RefusalKind::Invalid, why);
        let patched = apply(patchable(self.table, old), operations).map_err(invalid)?;
        let mut new = old.clone();
        write_back(self.table, &mut new, patched)
            .map_err(|why| invalid(format!("Invalid value for {why}.")))?;
        Ok(new)
    }

    /// Adds a resource that belongs to no node.
    ///
    /// # Errors
    /// As the store's.
    pub async fn add(&self, call: &Call, new: &R) -> Result<(), ApiError> {
        let change = resources::create(new)?;
        Ok(call.app.store.change_resources(vec![change]).await?)
    }

    /// Changes a resource that belongs to no node, from what it is when it is written.
    ///
    /// # Errors
    /// 404 when there is none, what `change` refuses, and as the store's.
    pub async fn edit(
        &self,
        call: &Call,
        named: &str,
        change: impl Fn(&R) -> Result<R, ApiError>,
    ) -> Result<R, ApiError> {
        for _ in 0..ATTEMPTS {
            let known = self.find(call, named).await?;
            let resource = change(&known.resource)?;
            if resource == known.resource {
                return Ok(resource);
            }
            let change = resources::update(&Known {
                resource: resource.clone(),
                revision: known.revision,
            })?;
            match call.app.store.change_resources(vec![change]).await {
                Ok(()) => return Ok(resource),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// Removes a resource that belongs to no node.
    ///
    /// # Errors
    /// 404 when there is none, and as the store's.
    pub async fn remove(&self, call: &Call, resource: &R) -> Result<(), ApiError> {
        let change = resources::delete::<R>(resource.uuid());
        Ok(call.app.store.change_resources(vec![change]).await?)
    }
}

/// The document's JSON object, from a literal.
pub(crate) fn object(document: Value) -> Object {
    match document {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}
