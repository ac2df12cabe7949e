/// What is the same each time, or nothing.
#[derive(Default)]
pub(super) enum Distinct<T> {
    #[default]
    None,
    One(T),
    Several,
}

impl<T: PartialEq> Distinct<T> {
    pub(super) fn add(&mut self, item: T) {
        match self {
            Self::None => *self = Self::One(item),
            Self::One(one) if *one != item => *self = Self::Several,
            _ => {}
        }
    }

    pub(super) fn single(self) -> Option<T> {
        if let Self::One(one) = self { Some(one) } else { None }
    }
}
