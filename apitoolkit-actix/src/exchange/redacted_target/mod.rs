//! What may leave of a path and a query.

use std::{borrow::Cow, iter};

use super::{
    Exchange, params,
    shape::{PathName, PathNames, Shape, Shapes, json_end},
};
use crate::redact::{PathParam, Redactor, is_plain_path};

/// Path and query of an exchange, and their parameters.
#[derive(Debug)]
pub(super) struct RedactedTarget<'e> {
    pub(super) path: Cow<'e, str>,
    pub(super) query: Option<Cow<'e, str>>,
    /// A JSON object.
    pub(super) path_params: &'e str,
    /// A JSON object.
    pub(super) query_params: &'e str,
}

/// What is remembered from one to the next, and memory that is used again.
#[derive(Debug, Default)]
pub(super) struct TargetMemory {
    shapes: Shapes,
    path_params: String,
    query_params: String,
}

impl Exchange {
    /// Takes everything secret out of path and query.
    pub(super) fn redact_target<'e>(
        &'e self,
        redactor: &Redactor,
        memory: &'e mut TargetMemory,
    ) -> RedactedTarget<'e> {
        let TargetMemory { shapes, path_params, query_params } = memory;
        let shape = shapes.of(self.route.as_ref(), redactor);
        let names = shape.path.of(&self.path_params, redactor);
        let routed = self.routed_path();
        let is_plain = is_plain_path(routed);
        let path = self.redacted_path(names, redactor, is_plain);
        let is_plain = is_plain && names.are_distinct() && self.route.is_some();
        if !is_plain || self.write_plain_params(routed, names, path_params).is_none() {
            self.write_path_params(routed, names, redactor, path_params);
        }
        let query = self.request.query();
        let query = query.map(|query| self.redact_query(query, shape, redactor, query_params));
        if query.is_none() {
            params::write_object(query_params, iter::empty());
        }
        RedactedTarget { path, query, path_params, query_params }
    }

    /// The path that the parameters are in: as the router saw it, if that is not as it was sent.
    fn routed_path(&self) -> &str {
        self.path_params.path.as_deref().unwrap_or_else(|| self.request.path())
    }

    /// The path's parameters, with their names.
    fn params_of<'n>(
        &'n self,
        names: &'n PathNames,
    ) -> impl Iterator<Item = (&'n PathName, PathParam<'n>, bool)> + Clone {
        let params = self.path_params.params.iter().zip(names.all()).enumerate();
        params.map(|(at, ((name, start, end), known))| {
            let param = PathParam { name, start: *start, end: *end, secret: known.is_secret };
            (known, param, self.path_params.secret.contains(&at))
        })
    }

    fn redacted_path(
        &self,
        names: &PathNames,
        redactor: &Redactor,
        is_plain: bool,
    ) -> Cow<'_, str> {
        let secret = self
            .params_of(names)
            .filter(|(_, param, is_secret)| param.secret || *is_secret)
            .map(|(_, param, _)| param);
        let matched = self.path_params.path.as_deref();
        if is_plain && matched.is_none() && secret.clone().next().is_none() {
            return Cow::Borrowed(self.request.path());
        }
        let redacted = redactor.path_without(self.routed_path(), secret);
        match matched {
            // Nothing was taken out of the path the router saw, so the path as sent is as clean.
            Some(matched) if *redacted == *matched => Cow::Borrowed(self.request.path()),
            Some(_) => Cow::Owned(redacted.into_owned()),
            None => redacted,
        }
    }

    /// Writes the parameters of a path that is plain, in which all are, and whose names are distinct.
    fn write_plain_params(&self, path: &str, names: &PathNames, out: &mut String) -> Option<()> {
        out.clear();
        for (name, param, is_secret) in self.params_of(names) {
            let value = path.get(param.start..param.end)?;
            let is_secret = is_secret || (param.secret && !value.is_empty());
            out.push_str(&name.json);
            out.push_str(if is_secret { Redactor::URL_MARKER } else { value });
        }
        out.push_str(json_end(names.all().len()));
        Some(())
    }

    fn write_path_params(
        &self,
        path: &str,
        names: &PathNames,
        redactor: &Redactor,
        out: &mut String,
    ) {
        if self.route.is_none() {
            // They are those of a route that did not run: known so that the path can be redacted.
            return params::write_object(out, iter::empty());
        }
        let params = self.params_of(names).filter_map(|(_, param, is_secret)| {
            let value = match path.get(param.start..param.end)? {
                _ if is_secret => Redactor::URL_MARKER.into(),
                value if param.secret && !value.is_empty() => Redactor::URL_MARKER.into(),
                value => redactor.path_value(value),
            };
            Some((param.name.into(), value))
        });
        params::write_object(out, params);
    }

    fn redact_query<'e>(
        &self,
        query: &'e str,
        Shape { query: names, .. }: &mut Shape,
        redactor: &Redactor,
        out: &mut String,
    ) -> Cow<'e, str> {
        if !self.secret_query && names.write(query, redactor, out).is_some() {
            names.hit();
            return Cow::Borrowed(query);
        }
        let redacted = match self.secret_query {
            true => Cow::Owned(redactor.query(&Redactor::whole_query(query)).into_owned()),
            false => redactor.query(query),
        };
        names.miss(query, redactor);
        params::write_object(out, Redactor::decoded_pairs(&redacted));
        redacted
    }
}

#[cfg(test)]
mod tests;
