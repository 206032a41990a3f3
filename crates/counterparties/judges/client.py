"""Stripe's official Python client does business with a stand-in for Stripe, and says what it would not expect of Stripe.

    client.py ADDRESS KEY [STORY...]      plays every story, or those that are named

Prints `ok NAME` or `WRONG NAME: why` for each. Every answer is read as the client reads Stripe's own.
"""

import contextlib
import http.server
import queue
import sys
import threading
import time
import urllib.parse
import urllib.request

import stripe

STORIES = []


def story(play):
    STORIES.append(play)
    return play


def same(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what} is {found!r} and should be {wanted!r}")


@contextlib.contextmanager
def refused(kind, what, code=None):
    try:
        yield
    except kind as error:
        if code:
            same(error.code, code, "the code of the refusal")
        return
    raise AssertionError(f"{what} was not refused")


def until(look, what):
    """What `look` gives once it gives something."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited in vain for {what}")


def paid(api, amount, method="pm_card_visa", **more):
    return api.payment_intents.create({
        "amount": amount, "currency": "usd", "payment_method": method, "confirm": True,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}, **more,
    })


def charges_of(api, intent):
    return api.charges.list({"payment_intent": intent.id}).data


def visit(url, **form):
    """A payer's browser: opens a page, sends a form, and is told what the page says then."""
    data = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(url, data) as page:
        return page.geturl()


@story
def customers_and_what_they_pay_with(api):
    customer = api.customers.create({"name": "Mira", "email": "mira@example.com", "metadata": {"till": "1"}})
    method = api.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    same(method.customer, customer.id, "whom the method belongs to")
    same([one.id for one in api.customers.payment_methods.list(customer.id).data], [method.id], "what she pays with")
    intent = paid(api, 700, method.id, customer=customer.id)
    same((intent.status, intent.customer), ("succeeded", customer.id), "the payment")
    same(api.customers.update(customer.id, {"name": "Ana"}).name, "Ana", "the new name")
    api.payment_methods.detach(method.id)
    same(api.customers.delete(customer.id).deleted, True, "the customer who was deleted")


@story
def a_payment_takes_its_amount_once(api):
    intent = paid(api, 1099)
    same((intent.status, intent.amount, intent.amount_received), ("succeeded", 1099, 1099), "the payment")
    same([charge.amount for charge in charges_of(api, intent)], [1099], "what was charged")


@story
def a_payment_is_made_then_confirmed_and_its_fee_is_told(api):
    intent = api.payment_intents.create({"amount": 10000, "currency": "usd", "payment_method_types": ["card"]},
                                        {"stripe_version": "2024-06-20"})
    same(intent.status, "requires_payment_method", "the new payment")
    intent = api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    same(intent.status, "succeeded", "the confirmed payment")
    expanded = {"expand": ["latest_charge.balance_transaction"]}
    charge = until(lambda: (found := api.payment_intents.retrieve(intent.id, expanded).latest_charge)
                   .balance_transaction and found, "the fee")
    movement = charge.balance_transaction
    same(movement.amount - movement.fee, movement.net, "what is left after the fee")
    with refused(stripe.InvalidRequestError, "a type of method by name, in the newest version"):
        api.payment_intents.create({"amount": 10000, "currency": "usd", "payment_method_types": ["card"]})


@story
def a_declined_card_takes_nothing_and_another_may_pay(api):
    intent = api.payment_intents.create({"amount": 800, "currency": "usd"})
    with refused(stripe.CardError, "the declined card", "card_declined"):
        api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclined", "return_url": "https://shop.example"})
    same(api.payment_intents.retrieve(intent.id).status, "requires_payment_method", "the payment after it")
    done = api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa", "return_url": "https://shop.example"})
    same((done.status, done.amount_received), ("succeeded", 800), "the payment with another card")


@story
def held_money_is_not_paid_and_captured_in_part_or_let_go(api):
    held = paid(api, 900, capture_method="manual")
    same((held.status, held.amount_capturable, held.amount_received), ("requires_capture", 900, 0), "the held payment")
    taken = api.payment_intents.capture(held.id, {"amount_to_capture": 600})
    same((taken.status, taken.amount_received), ("succeeded", 600), "the captured payment")
    let_go = api.payment_intents.cancel(paid(api, 900, capture_method="manual").id)
    same((let_go.status, let_go.amount_received), ("canceled", 0), "the payment that was let go")
    with refused(stripe.InvalidRequestError, "capturing it", "payment_intent_unexpected_state"):
        api.payment_intents.capture(let_go.id)


@story
def one_key_is_carried_out_once(api):
    wish = {"amount": 450, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
            "return_url": "https://shop.example"}
    first, second = (api.payment_intents.create(wish, {"idempotency_key": "story-key"}) for _ in range(2))
    same(second.id, first.id, "what the same key made")
    same(second.last_response.headers.get("idempotent-replayed"), "true", "the header of the answer")


@story
def one_key_does_not_say_two_things(api):
    key = {"idempotency_key": "story-two-things"}
    api.customers.create({"name": "Mira"}, key)
    with refused(stripe.IdempotencyError, "something else under the same key"):
        api.customers.create({"name": "Ana"}, key)


@story
def a_parameter_that_is_misspelt_is_refused(api):
    with refused(stripe.InvalidRequestError, "a misspelt parameter", "parameter_unknown"):
        api.payment_intents.create({"amount": 450, "currency": "usd", "descripton": "Sale 7"})


@story
def a_refund_gives_back_what_was_taken_and_no_more(api):
    intent = paid(api, 1000)
    part = api.refunds.create({"payment_intent": intent.id, "amount": 400, "reason": "requested_by_customer"})
    same((part.status, part.amount), ("succeeded", 400), "the part that goes back")
    with refused(stripe.InvalidRequestError, "a refund above what is left"):
        api.refunds.create({"payment_intent": intent.id, "amount": 601})
    api.refunds.create({"payment_intent": intent.id})
    [charge] = charges_of(api, intent)
    same((charge.refunded, charge.amount_refunded), (True, 1000), "the charge")


@story
def a_dispute_is_won_by_evidence_or_given_up(api):
    for act, end in (
        (lambda id: api.disputes.update(id, {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": True}), "won"),
        (lambda id: api.disputes.close(id), "lost"),
    ):
        intent = paid(api, 1500, "pm_card_createDispute")
        [dispute] = until(lambda: api.disputes.list({"payment_intent": intent.id}).data, "the dispute")
        same((dispute.amount, dispute.status), (1500, "needs_response"), "the dispute")
        same(dispute.balance_transactions[0].amount, -1500, "what was withdrawn")
        act(dispute.id)
        until(lambda: api.disputes.retrieve(dispute.id).status == end, f"a dispute that is {end}")


@story
def a_checkout_page_is_paid_by_a_phone_and_another_one_expires(api):
    wish = {
        "mode": "payment", "success_url": "https://shop.example/{CHECKOUT_SESSION_ID}",
        "line_items": [{"quantity": 2, "price_data": {"currency": "usd", "unit_amount": 650, "product_data": {"name": "Tea"}}}],
    }
    session = api.checkout.sessions.create(wish)
    same((session.status, session.payment_status, session.amount_total), ("open", "unpaid", 1300), "the page")
    with contextlib.suppress(urllib.error.URLError):
        visit(session.url, deed="pay", method="pm_card_visa")
    session = api.checkout.sessions.retrieve(session.id)
    same((session.status, session.payment_status), ("complete", "paid"), "the page that was paid on")
    other = api.checkout.sessions.expire(api.checkout.sessions.create(wish).id)
    same((other.status, other.url), ("expired", None), "the page that was called off")


@story
def a_card_is_saved_on_a_page_charged_while_its_payer_is_away_and_forgotten(api):
    customer = api.customers.create({"metadata": {"payer": "mira"}})
    wish = {
        "mode": "setup", "customer": customer.id, "payment_method_types": ["card"],
        "success_url": "https://shop.example/saved", "setup_intent_data": {"metadata": {"page": "7"}},
    }
    before = {"stripe_version": "2026-08-26.dahlia"}
    session = api.checkout.sessions.create(wish, before)
    same((session.mode, session.status, session.payment_status, session.amount_total, session.currency),
         ("setup", "open", "no_payment_required", None, None), "the page")
    with refused(urllib.error.HTTPError, "a card that is declined when it is saved"):
        visit(session.url, deed="decline")
    with contextlib.suppress(urllib.error.URLError):
        visit(session.url, deed="pay", method="pm_card_visa")
    session = api.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent"]})
    intent = session.setup_intent
    same((session.status, intent.status, intent.customer, intent.metadata["page"]),
         ("complete", "succeeded", customer.id, "7"), "the page that a card was saved on")
    [method] = api.customers.payment_methods.list(customer.id, {"type": "card"}).data
    same((method.id, method.card.last4), (intent.payment_method, "4242"), "the card that was saved")
    told = [event.type for event in api.events.list({"limit": 100}).data
            if event.data.object.to_dict().get("id") in (session.id, intent.id, method.id)]
    same(told, ["checkout.session.completed", "setup_intent.succeeded", "payment_method.attached",
                "setup_intent.setup_failed", "setup_intent.created"], "the events of the page, newest first")
    same(paid(api, 900, method.id, customer=customer.id, off_session=True).status, "succeeded", "a charge meanwhile")
    api.payment_methods.detach(method.id)
    same(api.customers.payment_methods.list(customer.id).data, [], "what is saved then")
    with refused(stripe.InvalidRequestError, "a charge of the card that was forgotten"):
        paid(api, 900, method.id, customer=customer.id, off_session=True)
    newest = {**wish, "allowed_payment_method_types": wish["payment_method_types"]}
    del newest["payment_method_types"]
    other = api.checkout.sessions.create(newest)
    same(api.checkout.sessions.expire(other.id).status, "expired", "the page that was called off")
    same(api.setup_intents.retrieve(other.setup_intent).status, "canceled", "what it was to save")


@story
def a_payment_link_takes_one_payment(api):
    product = api.products.create({"name": "Tea"})
    price = api.prices.create({"product": product.id, "currency": "usd", "unit_amount": 500})
    link = api.payment_links.create({
        "line_items": [{"price": price.id, "quantity": 1}], "restrictions": {"completed_sessions": {"limit": 1}},
        "after_completion": {"type": "hosted_confirmation"},
    })
    page = visit(link.url)
    visit(page, deed="pay", method="pm_card_visa")
    [session] = api.checkout.sessions.list({"payment_link": link.id}).data
    same(session.payment_status, "paid", "the page that the link opened")
    same(api.payment_links.retrieve(link.id).active, False, "whether the link can be paid again")


@story
def a_reader_takes_a_card_that_is_held_to_it(api):
    location = api.terminal.locations.create({
        "display_name": "Shop", "address": {"line1": "1 Main St", "city": "Springfield", "state": "IL", "country": "US",
                                            "postal_code": "62701"},
    })
    reader = api.terminal.readers.create({"registration_code": "simulated-wpe", "label": "Counter", "location": location.id})
    api.terminal.readers.set_reader_display(reader.id, {"type": "cart", "cart": {
        "currency": "usd", "total": 1200, "line_items": [{"description": "Tea", "amount": 1200, "quantity": 1}]}})
    for deed, end in (("pay", "succeeded"), ("cancel", "requires_payment_method")):
        intent = api.payment_intents.create({"amount": 1200, "currency": "usd", "allowed_payment_method_types": ["card_present"]})
        busy = api.terminal.readers.process_payment_intent(reader.id, {"payment_intent": intent.id})
        same(busy.action.status, "in_progress", "what the reader does")
        if deed == "pay":
            api.test_helpers.terminal.readers.present_payment_method(reader.id)
        else:
            api.terminal.readers.cancel_action(reader.id)
        same(api.payment_intents.retrieve(intent.id).status, end, "the payment at the reader")
    same([one.id for one in api.terminal.readers.list({"location": location.id}).data], [reader.id], "the readers")


@story
def an_interac_card_is_given_back_to_at_the_reader_alone(api):
    reader = api.terminal.readers.create({"registration_code": "simulated-wpe", "label": "Counter"})
    intent = api.payment_intents.create({"amount": 1200, "currency": "cad",
                                         "allowed_payment_method_types": ["card_present", "interac_present"]})
    api.terminal.readers.process_payment_intent(reader.id, {"payment_intent": intent.id})
    card = {"type": "interac_present", "interac_present": {"number": "4506445006931933"}}
    api.test_helpers.terminal.readers.present_payment_method(reader.id, card)
    [charge] = charges_of(api, intent)
    same((charge.payment_method_details.type, charge.captured), ("interac_present", True), "the charge")
    with refused(stripe.InvalidRequestError, "giving it back without the card"):
        api.refunds.create({"payment_intent": intent.id, "amount": 200})
    wish = {"payment_intent": intent.id, "amount": 200, "metadata": {"till": "7"}}
    busy = api.terminal.readers.refund_payment(reader.id, wish).action
    same((busy.type, busy.status, busy.refund_payment.metadata["till"]), ("refund_payment", "in_progress", "7"), "the reader")
    api.terminal.readers.cancel_action(reader.id)
    same(api.refunds.list({"payment_intent": intent.id}).data, [], "what went back when it was called off")
    api.terminal.readers.refund_payment(reader.id, wish)
    done = api.test_helpers.terminal.readers.present_payment_method(reader.id, card).action
    [refund] = api.refunds.list({"payment_intent": intent.id}).data
    same((done.status, done.refund_payment.refund), ("succeeded", refund.id), "the reader after the card was presented")
    same((refund.amount, refund.status, refund.metadata["till"]), (200, "succeeded", "7"), "the refund")


@story
def events_are_paged_newest_first_and_frozen(api):
    intent = api.payment_intents.create({"amount": 321, "currency": "usd"})
    api.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa", "return_url": "https://shop.example"})
    until(lambda: charges_of(api, intent)[0].balance_transaction, "the fee")
    mine = [event for event in api.events.list({"limit": 100}).auto_paging_iter() if is_about(event, intent)]
    same([event.type for event in mine if event.type.startswith("payment_intent.")],
         ["payment_intent.succeeded", "payment_intent.created"], "the events of a payment, newest first")
    same(mine[-1].data.object.status, "requires_payment_method", "the payment in its first event")
    first, *_, last = api.events.list({"limit": 100}).data
    newer = api.events.list({"ending_before": last.id, "limit": 1}).data
    same(newer and newer[0].created >= last.created, True, "whether one is listed after the cursor")
    same(api.events.retrieve(first.id).id, first.id, "the event by its name")
    same(len(api.events.list({"types": ["payment_intent.created"], "limit": 2}).data), 2, "the page of one kind")


def is_about(event, intent):
    about = event.data.object.to_dict()
    return intent.id in (about.get("id"), about.get("payment_intent"))


@story
def takings_are_available_at_once(api):
    """What the payout that is judged next is made of."""
    for amount in (1033, 777):
        paid(api, amount, "pm_card_bypassPending")
    api.refunds.create({"payment_intent": paid(api, 500, "pm_card_bypassPending").id, "amount": 123})


@story
def a_payout_is_the_sum_of_its_parts(api):
    payouts = [payout for payout in api.payouts.list({"limit": 100}).auto_paging_iter() if payout.automatic]
    same(bool(payouts), True, "whether anything was paid out")
    for payout in payouts:
        parts = [part for part in api.balance_transactions.list({"payout": payout.id, "limit": 100}).auto_paging_iter()
                 if part.id != payout.balance_transaction]
        same(sum(part.net for part in parts), payout.amount, "the sum of the parts of a payout")


@story
def a_webhook_bears_the_signature_of_its_endpoint(api):
    heard = queue.Queue()

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            heard.put((self.rfile.read(int(self.headers["content-length"])), self.headers["stripe-signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Says nothing: what is heard is judged below."""

    with http.server.HTTPServer(("127.0.0.1", 0), Ear) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/webhooks"
        endpoint = api.webhook_endpoints.create({"url": url, "enabled_events": ["payment_intent.succeeded"]})
        intent = paid(api, 555)
        payload, signature = heard.get(timeout=10)
        event = stripe.Webhook.construct_event(payload, signature, endpoint.secret)
        same((event.type, event.data.object.id), ("payment_intent.succeeded", intent.id), "what was told")
        with refused(stripe.SignatureVerificationError, "a changed payload"):
            stripe.Webhook.construct_event(payload.replace(b"555", b"556"), signature, endpoint.secret)
        api.webhook_endpoints.delete(endpoint.id)
        server.shutdown()


def main(address, key, *names):
    api = stripe.StripeClient(key, base_addresses={"api": address}, max_network_retries=0).v1
    for play in STORIES:
        if names and play.__name__ not in names:
            continue
        try:
            play(api)
            print("ok", play.__name__)
        except Exception as why:  # Whatever the client makes of an answer is what this is to find out.
            print("WRONG", f"{play.__name__}: {type(why).__name__}: {why}".replace("\n", " "))


if __name__ == "__main__":
    main(*sys.argv[1:])
