"""Whether two JSON values have the same shape: the same fields with the same kinds of values."""


def is_same_shape(shown: object, real: object) -> bool:
    """Lists are compared by their first elements; null is any scalar, since what is unknown is null."""
    match shown, real:
        case dict(), dict():
            return shown.keys() == real.keys() and all(is_same_shape(shown[key], real[key]) for key in shown)
        case list(), list():
            return not (shown and real) or is_same_shape(shown[0], real[0])
        case (None, _) | (_, None):
            return not isinstance(shown, dict | list) and not isinstance(real, dict | list)
        case bool(), bool():
            return True
        case bool(), _:
            return False
        case int() | float(), int() | float():
            return not isinstance(real, bool)
    return type(shown) is type(real)
