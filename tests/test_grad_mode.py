"""The switch that says whether operations are recorded, in all the ways that PyTorch turns it."""

import pytest

import teachgrad as tg


def test_as_a_block_it_is_set_inside_and_restored_after_an_error():
    with pytest.raises(KeyError), tg.no_grad():  # noqa: PT012 - that the error leaves the block is the point
        assert not tg.is_grad_enabled()
        raise KeyError
    assert tg.is_grad_enabled()


def test_blocks_nest():
    outer = tg.no_grad()
    with outer, tg.enable_grad():
        assert tg.is_grad_enabled()
        with outer:
            assert not tg.is_grad_enabled()
        assert tg.is_grad_enabled()
    assert tg.is_grad_enabled()


@pytest.mark.parametrize(
    "make", [lambda: tg.no_grad, tg.no_grad, lambda: tg.set_grad_enabled(False)], ids=["bare", "called", "set"]
)
def test_as_a_decorator_it_holds_for_the_call(make):
    @make()
    def inside(x, *, twice=False):
        """The text of the function."""
        return tg.is_grad_enabled(), x, twice

    assert tg.is_grad_enabled()
    assert inside(1, twice=True) == (False, 1, True)
    assert inside.__doc__ == "The text of the function."
    assert tg.is_grad_enabled()


def test_on_a_generator_it_holds_while_the_generator_works():
    events = []

    @tg.no_grad()
    def counting():
        try:
            for i in range(3):
                events.append(tg.is_grad_enabled())
                got = yield i
                events.append(got)
        except ValueError:
            events.append(("caught", tg.is_grad_enabled()))
            yield "after"
        finally:
            events.append(("closed", tg.is_grad_enabled()))

    generator = counting()
    assert next(generator) == 0
    assert tg.is_grad_enabled()
    assert generator.send("hello") == 1
    assert generator.throw(ValueError) == "after"
    generator.close()
    assert events == [False, "hello", False, ("caught", False), ("closed", False)]
    assert tg.is_grad_enabled()


def test_a_generator_returns_its_value():
    @tg.no_grad()
    def returning():
        yield 1
        return 2

    def outer():
        result = yield from returning()
        yield result

    assert list(outer()) == [1, 2]


def test_set_grad_enabled_acts_at_once():
    tg.set_grad_enabled(False)
    assert not tg.is_grad_enabled()
    tg.set_grad_enabled(True)
    with tg.set_grad_enabled(False):
        assert not tg.is_grad_enabled()
    assert tg.is_grad_enabled()


def test_nothing_is_recorded_inside():
    x = tg.tensor(2.0, requires_grad=True)
    with tg.no_grad():
        y = x * 3
    assert (y.requires_grad, y.grad_fn, y.is_leaf) == (False, None, True)


@pytest.mark.parametrize("decorate", [tg.inference_mode(), tg.inference_mode], ids=["called", "bare"])
def test_inference_mode_on_a_generator_holds_while_the_generator_works(decorate):
    @decorate
    def doubling():
        """The text of the generator."""
        sent = yield tg.is_inference_mode_enabled()
        yield (tg.ones(1) * 2).is_inference(), sent

    generator = doubling()
    assert next(generator) is True
    assert not tg.is_inference_mode_enabled()
    assert tg.is_grad_enabled()
    assert generator.send(5) == (True, 5)
    assert doubling.__doc__ == "The text of the generator."
