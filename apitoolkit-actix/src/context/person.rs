use crate::{
    exchange::{AttributeValue, Value},
    semconv,
};

/// Who a request is from. See [`set_user`](crate::set_user).
///
/// Numbers become texts; fields that are `None` or empty are left out.
///
/// ```
/// use apitoolkit_actix::User;
///
/// let user = User::id(42).email("jo@example.org").full_name("Jo Martha");
/// # let _ = user;
/// ```
#[must_use = "give it to `set_user`"]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct User {
    id: Option<Value>,
    email: Option<Value>,
    full_name: Option<Value>,
}

impl User {
    /// A user of whom nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A user with an id, `user.id`.
    pub fn id(id: impl AttributeValue) -> Self {
        Self { id: text(id), ..Self::default() }
    }

    /// The user's address, `user.email`. Defaults to none.
    pub fn email(mut self, email: impl AttributeValue) -> Self {
        self.email = text(email);
        self
    }

    /// The user's whole name, `user.full_name`. Defaults to none.
    pub fn full_name(mut self, name: impl AttributeValue) -> Self {
        self.full_name = text(name);
        self
    }

    pub(super) fn into_attributes(self) -> [(&'static str, Option<Value>); 3] {
        [
            (semconv::USER_ID, self.id),
            (semconv::USER_EMAIL, self.email),
            (semconv::USER_FULL_NAME, self.full_name),
        ]
    }
}

/// Whose data a request is about, where an app serves several customers. See
/// [`set_tenant`](crate::set_tenant).
///
/// Numbers become texts; fields that are `None` or empty are left out.
///
/// ```
/// use apitoolkit_actix::Tenant;
///
/// let tenant = Tenant::id("acme").name("Acme Inc.");
/// # let _ = tenant;
/// ```
#[must_use = "give it to `set_tenant`"]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tenant {
    id: Option<Value>,
    name: Option<Value>,
}

impl Tenant {
    /// A tenant of whom nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A tenant with an id, `tenant.id`.
    pub fn id(id: impl AttributeValue) -> Self {
        Self { id: text(id), ..Self::default() }
    }

    /// The tenant's name, `tenant.name`. Defaults to none.
    pub fn name(mut self, name: impl AttributeValue) -> Self {
        self.name = text(name);
        self
    }

    pub(super) fn into_attributes(self) -> [(&'static str, Option<Value>); 2] {
        [(semconv::TENANT_ID, self.id), (semconv::TENANT_NAME, self.name)]
    }
}

/// The text of a value, within the bounds of attributes; of nothing and of an empty text, none.
pub(super) fn text(value: impl AttributeValue) -> Option<Value> {
    let text = value.into_value()?.into_text();
    (!text.is_empty()).then_some(Value::Text(text))
}
