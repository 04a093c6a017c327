"""The camera as a scanner: a real Chromium that is shown films of our own cards."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, Route, ViewportSize, expect
from sqlalchemy.orm import Session

from loyalty.cards.token import make_card_url
from loyalty.models import Card, Community, Shop
from loyalty.rules.card_number import number_of
from tests.browser.conftest import FLAGS, NO_ANSWER_TOO_LATE, chromium, close
from tests.browser.counter import TRAINING_NUMBER, pair, scan
from tests.browser.held_cards import (
    Hold,
    card_with_barcode,
    card_with_qr,
    film_of,
    goods_with_barcode,
    poster_with_qr,
    sight_of,
)
from tests.pages.visits import card_of_today

PAYMENT_CODE = "134567890123456789"
MOST_PICTURES = 3

COUNT = """() => {
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (...sent) {
        window.pictures += 1;
        send.apply(this, sent);
    };
}"""
"""Count what is handed to the thread that reads pictures."""

LAMP = """
    MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
    MediaStreamTrack.prototype.applyConstraints = async wanted => { window.lamp = wanted; };
"""
"""Whether a camera has a lamp is the telephone's to say; Chromium's film has none."""

AIM = "把卡上的二维码或条形码放进框里。"


@contextmanager
def phone_with_camera(browser: Browser, service: str, film: Path | None = None) -> Iterator[Page]:
    """Open a browser whose camera plays a film, or Chromium's own pattern."""
    flags = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    if film is not None:
        flags.append(f"--use-file-for-fake-video-capture={film}")
    size: ViewportSize = {"width": 360, "height": 640}
    with browser.browser_type.launch(executable_path=chromium(), args=[*FLAGS, *flags]) as own:
        page = own.new_page(base_url=service, viewport=size, locale="zh-CN")
        page.add_init_script(NO_ANSWER_TOO_LATE)
        yield page


def test_a_card_before_the_camera_is_read_from_its_first_pictures(
    browser: Browser, service: str, session: Session, shop: Shop, tmp_path: Path
) -> None:
    community = session.get_one(Community, shop.community_id)
    cards = [card_of_today(session, community) for _ in range(4)]
    urls = [make_card_url(service, card.token) for card in cards[:2]]
    numbers = [number_of(card.serial) for card in cards[2:]]
    sights = (
        sight_of(card_with_qr(urls[0]), Hold(700, tilt=15)),
        sight_of(card_with_qr(urls[1]), Hold(440, blur=1)),
        sight_of(card_with_barcode(numbers[0]), Hold(800, tilt=15)),
        sight_of(card_with_barcode(numbers[1]), Hold(620, blur=1)),
    )
    film = tmp_path / "film.mjpeg"
    with phone_with_camera(browser, service, film) as page:
        pair(page, session, shop)
        page.evaluate(COUNT)
        answer = page.locator("[data-answer]")
        for code, sight in zip(urls + numbers, sights, strict=True):
            film_of(sight, film)
            page.evaluate("() => { window.pictures = 0; }")
            with page.expect_request("**/validations") as asked:
                page.get_by_role("button", name="用摄像头扫").click()
            expect(answer).to_have_attribute("data-tone", "yes")
            expect(page.locator("[data-viewfinder]")).to_be_hidden()
            assert asked.value.post_data_json == {"code": code}
            assert page.evaluate("() => window.pictures") <= MOST_PICTURES
            page.keyboard.press("Escape")
            expect(answer).not_to_have_attribute("data-tone", "yes")


def state_of_camera(page: Page) -> str:
    """Return whether the camera that was opened last is still on."""
    state: str = page.evaluate("() => window.stream.getTracks()[0].readyState")
    return state


def open_camera(page: Page) -> None:
    page.get_by_role("button", name="用摄像头扫").click()
    expect(page.get_by_text(AIM)).to_be_visible()
    page.evaluate(
        "() => { window.stream = document.querySelector('[data-camera-view]').srcObject; }"
    )


def test_the_camera_is_let_go_when_nobody_shows_a_card(
    browser: Browser, service: str, session: Session, shop: Shop
) -> None:
    with phone_with_camera(browser, service) as page:
        page.add_init_script(LAMP)
        page.clock.install()
        pair(page, session, shop)
        open_camera(page)
        lamp = page.get_by_role("button", name="手电筒")
        lamp.click()
        expect(lamp).to_have_attribute("aria-pressed", "true")
        assert page.evaluate("() => window.lamp") == {"advanced": [{"torch": True}]}

        page.clock.fast_forward(30_000)
        assert state_of_camera(page) == "live"
        page.clock.fast_forward(30_000)
        expect(page.get_by_text("摄像头关了")).to_be_visible()
        assert state_of_camera(page) == "ended"

        page.get_by_role("button", name="再开摄像头").click()
        expect(page.get_by_text(AIM)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("[data-viewfinder]")).to_be_hidden()
        expect(page.get_by_role("button", name="用摄像头扫")).to_be_focused()

        open_camera(page)
        scan(page, TRAINING_NUMBER)
        expect(page.locator("[data-viewfinder]")).to_be_hidden()
        assert state_of_camera(page) == "ended"

        page.keyboard.press("Escape")
        open_camera(page)
        page.evaluate(
            """() => {
                Object.defineProperty(document, "hidden", { value: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
        expect(page.locator("[data-viewfinder]")).to_be_hidden()
        assert state_of_camera(page) == "ended"


def photo_of(picture: Image.Image) -> FilePayload:
    """Return a picture as the telephone's camera program hands it over."""
    file = BytesIO()
    picture.convert("RGB").save(file, format="JPEG")
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def test_a_photograph_is_read_and_stays_on_the_device(
    phone: Page, session: Session, shop: Shop, card: Card
) -> None:
    pair(phone, session, shop)
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    phone.get_by_role("button", name="用摄像头扫").click()
    photo = phone.locator("[data-camera-photo]")

    photo.set_input_files(photo_of(Image.new("L", (1600, 1200), 200)))
    expect(phone.get_by_text("照片里没有认出打折卡")).to_be_visible()
    photo.set_input_files({**photo_of(Image.new("L", (9, 9))), "buffer": b"no picture at all"})
    expect(phone.get_by_text("照片里没有认出打折卡")).to_be_visible()

    face = card_with_barcode(number_of(card.serial))
    photo.set_input_files(photo_of(sight_of(face, Hold(800, tilt=30))))
    expect(phone.locator("[data-answer]")).to_have_attribute("data-tone", "yes")
    expect(phone.locator("[data-viewfinder]")).to_be_hidden()
    assert all(len(request) < 1000 for request in sent), sent


def test_a_payment_code_in_a_photograph_is_told_and_goes_nowhere(
    phone: Page, session: Session, shop: Shop
) -> None:
    pair(phone, session, shop)
    sent: list[str] = []
    phone.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))

    phone.get_by_role("button", name="用摄像头扫").click()
    phone.locator("[data-camera-photo]").set_input_files(
        photo_of(sight_of(card_with_qr(PAYMENT_CODE), Hold(900)))
    )

    expect(phone.locator("[data-word]")).to_have_text("这是付款码")
    assert PAYMENT_CODE not in "".join(sent)


@pytest.mark.parametrize(
    ("face", "words"),
    [
        (goods_with_barcode("6901234567892"), "这是商品条码，不是打折卡"),
        (poster_with_qr("wxp://f2f0a1b2c3d4e5f6"), "这是收款码，不是打折卡"),
        (poster_with_qr("https://shop.example/menu"), "这是别的网页的二维码，不是打折卡"),
    ],
)
def test_what_is_no_card_in_a_photograph_is_called_by_its_name(
    phone: Page, session: Session, shop: Shop, face: Image.Image, words: str
) -> None:
    pair(phone, session, shop)
    phone.get_by_role("button", name="用摄像头扫").click()

    phone.locator("[data-camera-photo]").set_input_files(photo_of(sight_of(face, Hold(600))))

    expect(phone.get_by_text(words)).to_be_visible()


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        ("NotAllowedError", "没有得到摄像头的许可"),
        ("NotFoundError", "没有找到摄像头"),
        ("NotReadableError", "摄像头打不开"),
    ],
)
def test_a_camera_that_is_refused_is_told_in_words(
    phone: Page, session: Session, shop: Shop, refusal: str, words: str
) -> None:
    # What the person answers is outside of us; the browser gives it to the page so.
    phone.add_init_script(
        f"""navigator.mediaDevices.getUserMedia =
            () => Promise.reject(new DOMException("", "{refusal}"));"""
    )
    pair(phone, session, shop)

    phone.get_by_role("button", name="用摄像头扫").click()

    expect(phone.get_by_text(words)).to_be_visible()
    expect(phone.get_by_role("button", name="再开摄像头")).to_be_visible()


def test_without_the_reader_of_pictures_the_other_ways_are_named(
    phone: Page, session: Session, shop: Shop
) -> None:
    phone.context.route("**/*.wasm", lambda route: route.abort())
    pair(phone, session, shop)
    phone.get_by_role("button", name="用摄像头扫").click()

    phone.locator("[data-camera-photo]").set_input_files(photo_of(Image.new("L", (64, 64))))

    expect(phone.get_by_text("识别程序用不了")).to_be_visible()


def test_without_https_the_camera_says_what_to_do_instead(
    browser: Browser, service: str, session: Session, shop: Shop
) -> None:
    """A market's own network often has no certificate; scanner and keys work all the same."""
    plain = "http://market.example"

    def pass_on(route: Route) -> None:
        address = route.request.url.replace(plain, service)
        route.fulfill(response=route.fetch(url=address))

    page = browser.new_page(base_url=plain, locale="zh-CN")
    page.route(f"{plain}/**", pass_on)
    pair(page, session, shop)

    page.get_by_role("button", name="用摄像头扫").click()

    expect(page.get_by_text("这个网址不是 https")).to_be_visible()
    close(page.context)
