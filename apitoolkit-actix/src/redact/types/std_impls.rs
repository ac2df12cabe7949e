//! The standard library's types, as serde writes them.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque},
    marker::PhantomData,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::Wrapping,
    path::{Path, PathBuf},
    rc::Rc,
    sync::{Arc, Mutex, RwLock},
    time::{Duration, SystemTime},
};

use super::{Redact, RedactRules};

/// Values without parts. They have no rules of their own, and are `Redact` so that types around
/// them can be: `Page<String>`, `(u32, User)`.
macro_rules! plain {
    ($($ty:ty),* $(,)?) => {
        $(impl Redact for $ty {
            fn redact(_: &mut RedactRules) {}
        })*
    };
}

plain!(
    (),
    bool,
    char,
    str,
    String,
    Path,
    PathBuf,
    Duration,
    SystemTime,
    IpAddr,
    Ipv4Addr,
    Ipv6Addr,
    SocketAddr,
    f32,
    f64,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    serde_json::Value,
);

impl<T: ?Sized> Redact for PhantomData<T> {
    fn redact(_: &mut RedactRules) {}
}

/// Types that are written as what they hold.
macro_rules! transparent {
    ($([$($generics:tt)*] $ty:ty),* $(,)?) => {
        $(impl<$($generics)*> Redact for $ty {
            fn redact(rules: &mut RedactRules) {
                rules.nested::<T>();
            }
        })*
    };
}

transparent!(
    [T: Redact + ?Sized] &T,
    [T: Redact + ?Sized] &mut T,
    [T: Redact + ?Sized] Box<T>,
    [T: Redact + ?Sized] Rc<T>,
    [T: Redact + ?Sized] Arc<T>,
    [T: Redact + ?Sized] std::rc::Weak<T>,
    [T: Redact + ?Sized] std::sync::Weak<T>,
    [T: Redact + ToOwned + ?Sized] Cow<'_, T>,
    [T: Redact] Option<T>,
    [T: Redact + ?Sized] Cell<T>,
    [T: Redact + ?Sized] RefCell<T>,
    [T: Redact + ?Sized] Mutex<T>,
    [T: Redact + ?Sized] RwLock<T>,
    [T: Redact] Reverse<T>,
    [T: Redact] Wrapping<T>,
);

/// Types that are written as arrays, or as objects with names of the user's data.
macro_rules! container {
    ($([$($generics:tt)*] $ty:ty),* $(,)?) => {
        $(impl<$($generics)*> Redact for $ty {
            fn redact(rules: &mut RedactRules) {
                rules.elements(RedactRules::nested::<T>);
            }
        })*
    };
}

container!(
    [T: Redact] [T],
    [T: Redact, const N: usize] [T; N],
    [T: Redact] Vec<T>,
    [T: Redact] VecDeque<T>,
    [T: Redact] LinkedList<T>,
    [T: Redact] BinaryHeap<T>,
    [T: Redact] BTreeSet<T>,
    [T: Redact, S] HashSet<T, S>,
    [K, T: Redact] BTreeMap<K, T>,
    [K, T: Redact, S] HashMap<K, T, S>,
);

impl<T: Redact, E: Redact> Redact for Result<T, E> {
    fn redact(rules: &mut RedactRules) {
        rules.field("Ok", RedactRules::nested::<T>);
        rules.field("Err", RedactRules::nested::<E>);
    }
}

macro_rules! tuple {
    ($($name:ident $index:literal),*) => {
        impl<$($name: Redact),*> Redact for ($($name,)*) {
            fn redact(rules: &mut RedactRules) {
                $(rules.element($index, RedactRules::nested::<$name>);)*
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
