//! The operators of hint values: parsing `operator value` and testing a disk's value. Knows no hint names.

/// How a number or a text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    NotEqual,
    AtLeast,
    AtMost,
    Above,
    Below,
}

impl Order {
    fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::AtLeast => ordering.is_ge(),
            Self::AtMost => ordering.is_le(),
            Self::Above => ordering.is_gt(),
            Self::Below => ordering.is_lt(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    Number(Order, f64),
    Text(Order, String),
    Contains(String),
    ContainsAll(Vec<String>),
    AnyOf(Vec<String>),
    Range {
        low: f64,
        low_open: bool,
        high: f64,
        high_open: bool,
    },
    Flag(bool),
}

impl Test {
    pub(super) fn holds(&self, value: &str) -> bool {
        let value = fold(value);
        match self {
            Self::Number(order, wanted) => value
                .parse::<f64>()
                .ok()
                .and_then(|n| n.partial_cmp(wanted))
                .is_some_and(|o| order.holds(o)),
            Self::Text(order, wanted) => order.holds(value.as_str().cmp(wanted)),
            Self::Contains(part) => value.contains(part),
            Self::ContainsAll(parts) => parts.iter().all(|part| value.contains(part)),
            Self::AnyOf(list) => list.contains(&value),
            Self::Range {
                low,
                low_open,
                high,
                high_open,
            } => value.parse::<f64>().is_ok_and(|n| {
                (if *low_open { n > *low } else { n >= *low })
                    && (if *high_open { n < *high } else { n <= *high })
            }),
            Self::Flag(wanted) => value == wanted.to_string(),
        }
    }
}

pub(super) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

pub(super) fn flag(text: &str) -> Option<bool> {
    match fold(text).as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|n| n.is_finite())
}

/// Reads `operator value`; `None` when it does not start with an operator or its value does not fit.
pub(super) fn operator_test(text: &str) -> Option<Test> {
    let text = fold(text);
    if text.starts_with("<or>") {
        let list: Vec<String> = text
            .split("<or>")
            .map(fold)
            .filter(|item| !item.is_empty())
            .collect();
        return (!list.is_empty()).then_some(Test::AnyOf(list));
    }
    let (operator, rest) = text.split_once(char::is_whitespace)?;
    let rest = rest.trim();
    if rest.is_empty() {
        return None;
    }
    if let Some(operator) = operator.strip_prefix('s') {
        return order(operator).map(|o| Test::Text(o, rest.to_owned()));
    }
    match operator {
        "<in>" => Some(Test::Contains(rest.to_owned())),
        "<all-in>" => Some(Test::ContainsAll(
            rest.split_whitespace().map(str::to_owned).collect(),
        )),
        "<range-in>" => range(rest),
        // Ironic's single `=` means "at least".
        "=" => number(rest).map(|n| Test::Number(Order::AtLeast, n)),
        _ => order(operator).and_then(|o| number(rest).map(|n| Test::Number(o, n))),
    }
}

fn order(operator: &str) -> Option<Order> {
    Some(match operator {
        "==" => Order::Equal,
        "!=" => Order::NotEqual,
        ">=" => Order::AtLeast,
        "<=" => Order::AtMost,
        ">" => Order::Above,
        "<" => Order::Below,
        _ => return None,
    })
}

/// Reads `[ 10 20 ]`; a round bracket leaves its end out.
fn range(text: &str) -> Option<Test> {
    let low_open = match text.chars().next()? {
        '[' => false,
        '(' => true,
        _ => return None,
    };
    let high_open = match text.chars().last()? {
        ']' => false,
        ')' => true,
        _ => return None,
    };
    let inner = text.get(1..text.len().checked_sub(1)?)?;
    let mut numbers = inner.split_whitespace();
    let (low, high) = (number(numbers.next()?)?, number(numbers.next()?)?);
    numbers.next().is_none().then_some(Test::Range {
        low,
        low_open,
        high,
        high_open,
    })
}
