package emulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
	"tweed/emulator/scenario"
)

// hook is a webhook that a receiver got.
type hook struct {
	name string // TYPE.CODE
	body []byte
	sent http.Header
}

// receiver is an application's endpoint for webhooks. It answers the n-th one, from 0, with what
// answer says, else with 200.
type receiver struct {
	*httptest.Server
	answer func(n int, h hook) int

	mu  sync.Mutex
	got []hook
}

// receive starts a receiver.
func receive(t *testing.T, answer func(n int, h hook) int) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) serve(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	var said struct {
		Type string `json:"webhook_type"`
		Code string `json:"webhook_code"`
	}
	_ = json.Unmarshal(body, &said)
	h := hook{said.Type + "." + said.Code, body, req.Header}
	r.mu.Lock()
	n := len(r.got)
	r.got = append(r.got, h)
	r.mu.Unlock()
	status := http.StatusOK
	if r.answer != nil {
		status = r.answer(n, h)
	}
	w.WriteHeader(status)
}

// hooks are those that came, by name.
func (r *receiver) hooks() (names []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, h := range r.got {
		names = append(names, h.name)
	}
	return names
}

// refusing answers the first n with 500.
func refusing(first int) func(int, hook) int {
	return func(n int, _ hook) int {
		if n < first {
			return http.StatusInternalServerError
		}
		return http.StatusOK
	}
}

// watched is a world with an Item whose webhooks go to an address.
type watched struct {
	*client
	emulator.World
	token fields
}

func watch(t *testing.T, emu *emulator.Emulator, world, address string) watched {
	t.Helper()
	c := newClient(t, emu, world)
	if world == "" {
		world = "default"
	}
	public := c.ok("/sandbox/public_token/create", fields{
		"institution_id": platypus, "initial_products": []string{"auth"}, "options": fields{"webhook": address},
	}).text("public_token")
	token := c.ok("/item/public_token/exchange", fields{"public_token": public}).text("access_token")
	return watched{c, emu.World(world), fields{"access_token": token}}
}

// fire sends a webhook of type ITEM.
func (w watched) fire(code string) {
	w.t.Helper()
	w.ok("/sandbox/item/fire_webhook", fields{"access_token": w.token["access_token"], "webhook_code": code})
}

// states are the states of the world's webhooks.
func (w watched) states() (states []string) {
	for _, one := range w.Webhooks() {
		states = append(states, one.State)
	}
	return states
}

// TestDelivery: a webhook goes out after the reply of the call that caused it, without a move of
// the clock; a receiver can verify it with its own clock.
func TestDelivery(t *testing.T) {
	t.Parallel()
	r := receive(t, nil)
	emu := emulator.RunT(t)
	w := watch(t, emu, "", r.URL+"/plaid?v=1")
	before := w.Now()
	w.ok("/sandbox/item/reset_login", w.token)
	w.Settle()
	require.Equal(t, before, w.Now())
	require.Equal(t, []string{"ITEM.ERROR"}, r.hooks())
	require.Equal(t, "application/json", r.got[0].sent.Get("Content-Type"))
	sent := w.Webhooks()[0]
	require.Equal(t, "delivered", sent.State)
	require.Equal(t, []emulator.WebhookAttempt{{At: before, Status: 200}}, sent.Attempts)
	require.Equal(t, sent.Body, r.got[0].body)
	verifyWebhook(t, w.client, emulator.Webhook{
		Body: r.got[0].body, Headers: map[string]string{"Plaid-Verification": r.got[0].sent.Get("Plaid-Verification")},
	}, time.Now())
	require.Len(t, w.Calls(), 4, "an attempt is no call")
	entries, _ := journalOf(t, w.client, "family=webhook")
	require.Len(t, entries, 1)
	require.Equal(t, "/plaid", entries[0].(map[string]any)["path"])
}

// journalOf reads the journal over the control API.
func journalOf(t *testing.T, c *client, query string) (calls []any, all reply) {
	t.Helper()
	got := c.send(http.MethodGet, "/_tweed/journal?"+query, "")
	require.Equal(t, 200, got.Status, got.Body)
	calls, _ = got.at("calls").([]any)
	return calls, got
}

// TestDeliveryRetries: a refused webhook comes again after 30 s, 2 min, 8 min, ... of world time,
// for 24 hours; an accepted one does not.
func TestDeliveryRetries(t *testing.T) {
	t.Parallel()
	r := receive(t, refusing(2))
	w := watch(t, emulator.RunT(t), "", r.URL)
	start := w.Now()
	w.fire("LOGIN_REPAIRED")
	w.Settle()
	require.Equal(t, []string{"retrying"}, w.states())
	require.Equal(t, start.Add(30*time.Second), w.Webhooks()[0].Due)
	w.Advance(29 * time.Second)
	require.Len(t, r.hooks(), 1)
	w.Advance(time.Second)
	require.Len(t, r.hooks(), 2)
	w.Advance(72 * time.Hour)
	require.Len(t, r.hooks(), 3)
	require.Equal(t, []emulator.WebhookAttempt{
		{At: start, Status: 500, Error: "the receiver answered 500; only 200 counts"},
		{At: start.Add(30 * time.Second), Status: 500, Error: "the receiver answered 500; only 200 counts"},
		{At: start.Add(150 * time.Second), Status: 200},
	}, w.Webhooks()[0].Attempts)

	never := receive(t, refusing(1000))
	w = watch(t, emulator.RunT(t), "", never.URL)
	w.fire("LOGIN_REPAIRED")
	w.Advance(72 * time.Hour)
	require.Equal(t, []string{"given_up"}, w.states())
	var after []time.Duration
	for _, one := range w.Webhooks()[0].Attempts {
		after = append(after, one.At.Sub(start))
	}
	require.Equal(t, []time.Duration{
		0, 30 * time.Second, 150 * time.Second, 630 * time.Second, 2550 * time.Second, 10230 * time.Second, 40950 * time.Second,
	}, after)
	require.Contains(t, w.Webhooks()[0].Attempts[6].Error, "given up: it was tried for 24 hours")
}

// TestDeliveryToRefuser: a receiver that has refused more than 90 % of ten webhooks or more gets
// no retries.
func TestDeliveryToRefuser(t *testing.T) {
	t.Parallel()
	r := receive(t, refusing(1000))
	w := watch(t, emulator.RunT(t), "", r.URL)
	for range 11 {
		w.fire("LOGIN_REPAIRED")
		w.Settle()
	}
	states := w.states()
	require.Equal(t, "retrying", states[8])
	require.Equal(t, []string{"given_up", "given_up"}, states[9:])
	require.Contains(t, w.Webhooks()[9].Attempts[0].Error, "the receiver refused 10 of 10 webhooks within 24 hours")
}

// TestDeliveryPatience: a receiver that does not answer in time, or is not there.
func TestDeliveryPatience(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	r := receive(t, func(n int, _ hook) int {
		if n == 0 {
			<-release
		}
		return 200
	})
	t.Cleanup(func() { close(release) })
	emu := emulator.RunT(t, emulator.Options{Webhooks: emulator.WebhookOptions{Patience: 50 * time.Millisecond}})
	w := watch(t, emu, "", r.URL)
	w.fire("LOGIN_REPAIRED")
	for w.states()[0] == "waiting" {
		w.Settle()
	}
	require.Equal(t, "no answer within 50ms", w.Webhooks()[0].Attempts[0].Error)
	w.Advance(30 * time.Second)
	require.Equal(t, []string{"delivered"}, w.states())

	gone := httptest.NewServer(nil)
	gone.Close()
	w = watch(t, emu, "gone", gone.URL)
	w.fire("LOGIN_REPAIRED")
	w.Settle()
	require.Contains(t, w.Webhooks()[0].Attempts[0].Error, "connection refused")
}

// TestDeliveryTargets: only loopback and private addresses, no redirect, and an attempt with a
// clear text for the rest.
func TestDeliveryTargets(t *testing.T) {
	t.Parallel()
	elsewhere := receive(t, nil)
	redirect := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(redirect.Close)
	emu := emulator.RunT(t)
	for address, said := range map[string]string{
		"http://203.0.113.1/hook":        "203.0.113.1 is neither loopback nor private; --webhooks-anywhere lets webhooks go there",
		"https://203.0.113.1:8443/hook":  "203.0.113.1 is neither loopback nor private",
		"http://[2001:db8::1]:9/":        "2001:db8::1 is neither loopback nor private",
		"http://169.254.169.254/":        "169.254.169.254 is neither loopback nor private",
		"http://[::ffff:203.0.113.1]:9/": "203.0.113.1 is neither loopback nor private",
		redirect.URL:                     "the receiver answered 307; only 200 counts, and the redirect to " + elsewhere.URL + " is not followed",
	} {
		w := watch(t, emu, strings.NewReplacer(":", "", "/", "", "[", "", "]", "").Replace(address), address)
		w.fire("LOGIN_REPAIRED")
		w.Settle()
		require.Contains(t, w.Webhooks()[0].Attempts[0].Error, said, address)
	}
	require.Empty(t, elsewhere.hooks())
}

// TestDeliveryTLS: the certificate of a receiver is verified.
func TestDeliveryTLS(t *testing.T) {
	t.Parallel()
	r := &receiver{}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(r.serve))
	r.Config.ErrorLog = nil
	t.Cleanup(r.Close)
	for _, test := range []struct {
		options emulator.WebhookOptions
		state   string
	}{
		{emulator.WebhookOptions{}, "retrying"},
		{emulator.WebhookOptions{Insecure: true}, "delivered"},
		{emulator.WebhookOptions{Roots: r.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}, "delivered"},
	} {
		w := watch(t, emulator.RunT(t, emulator.Options{Webhooks: test.options}), "", r.URL)
		w.fire("LOGIN_REPAIRED")
		w.Settle()
		require.Equal(t, []string{test.state}, w.states())
		if test.state == "retrying" {
			require.Contains(t, w.Webhooks()[0].Attempts[0].Error, "--webhooks-ca FILE trusts its CA")
		}
	}
}

// TestDeliveryCallsBack: while Advance runs, a receiver may call the vendors' APIs, the control
// API, and Advance itself, which moves the clock; the outer one goes on from there.
func TestDeliveryCallsBack(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	var w watched
	r := receive(t, nil)
	r.answer = func(n int, _ hook) int {
		if n == 0 {
			return http.StatusInternalServerError // the next one comes within Advance
		}
		if n == 1 {
			w.fire("NEW_ACCOUNTS_AVAILABLE")
			w.send(http.MethodPost, "/_tweed/clock", `{"advance": "1h"}`)
			w.Advance(time.Hour)
			w.Settle()
		}
		return http.StatusOK
	}
	w = watch(t, emu, "", r.URL)
	start := w.Now()
	w.fire("LOGIN_REPAIRED")
	w.Advance(time.Minute)
	require.Equal(t, []string{"ITEM.LOGIN_REPAIRED", "ITEM.LOGIN_REPAIRED", "ITEM.NEW_ACCOUNTS_AVAILABLE"}, r.hooks())
	require.Equal(t, []string{"delivered", "delivered"}, w.states())
	require.Equal(t, start.Add(2*time.Hour+30*time.Second), w.Now())
	require.Equal(t, start.Add(2*time.Hour+30*time.Second), w.Webhooks()[1].Attempts[0].At)
}

// TestDeliveryCallsBackAtOnce: a receiver that moves the clock while nobody else does: Advance
// does not wait for it longer than half of its patience.
func TestDeliveryCallsBackAtOnce(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t, emulator.Options{Webhooks: emulator.WebhookOptions{Patience: 4 * time.Second}})
	var w watched
	moved := make(chan struct{})
	r := receive(t, nil)
	r.answer = func(int, hook) int {
		w.Advance(time.Hour)
		close(moved)
		return http.StatusOK
	}
	w = watch(t, emu, "", r.URL)
	start := w.Now()
	w.fire("LOGIN_REPAIRED")
	<-moved
	w.Settle()
	require.Equal(t, []string{"delivered"}, w.states())
	require.Equal(t, start.Add(time.Hour), w.Now())
}

// TestDeliveryOrder: what many calls cause comes in their order, one at a time.
func TestDeliveryOrder(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	under := 0
	r := receive(t, func(int, hook) int {
		mu.Lock()
		under++
		most := under
		mu.Unlock()
		defer func() { mu.Lock(); under--; mu.Unlock() }()
		if most > 1 {
			return http.StatusConflict
		}
		return http.StatusOK
	})
	w := watch(t, emulator.RunT(t), "", r.URL)
	var want []string
	for range 10 {
		for _, code := range []string{"LOGIN_REPAIRED", "NEW_ACCOUNTS_AVAILABLE", "PENDING_DISCONNECT"} {
			w.fire(code)
			want = append(want, "ITEM."+code)
		}
	}
	w.Settle()
	require.Equal(t, want, r.hooks())
	require.NotContains(t, w.states(), "retrying")
}

// TestDeliveryRules: lost, repeated, late and overtaken.
func TestDeliveryRules(t *testing.T) {
	t.Parallel()
	r := receive(t, nil)
	w := watch(t, emulator.RunT(t), "", r.URL)
	w.Rule(scenario.Rule{Name: "in turn", Webhook: "ITEM.LOGIN_REPAIRED", Then: scenario.Then{InTurn: []scenario.Then{
		scenario.Drop(), scenario.Duplicate(2), scenario.Wait(time.Hour), scenario.Reorder(), {},
	}}})
	expect := func(names ...string) {
		t.Helper()
		w.Settle()
		require.Equal(t, names, r.hooks())
		r.got = nil
	}
	const repaired, other = "ITEM.LOGIN_REPAIRED", "ITEM.NEW_ACCOUNTS_AVAILABLE"
	w.fire("LOGIN_REPAIRED")
	expect()
	w.fire("LOGIN_REPAIRED")
	expect(repaired, repaired, repaired)
	w.fire("LOGIN_REPAIRED")
	expect()
	w.Advance(time.Hour)
	expect(repaired)
	w.fire("LOGIN_REPAIRED")
	expect()
	w.fire("NEW_ACCOUNTS_AVAILABLE")
	expect(other, repaired)
	w.fire("LOGIN_REPAIRED")
	expect(repaired)

	w.Rule(scenario.Rule{Webhook: "*", Where: scenario.Where{"institution_id": scenario.Is(platypus)}, Then: scenario.Reorder()})
	w.fire("LOGIN_REPAIRED")
	expect()
	w.Advance(time.Hour)
	expect(repaired)
	require.NoError(t, w.Check(scenario.Expect{Webhooks: []scenario.WebhookExpect{
		{Webhook: repaired, Count: scenario.Exactly(7)},
		{Rule: "in turn", Dropped: true, Count: scenario.Exactly(1)},
	}}))
	err := w.Check(scenario.Expect{Webhooks: []scenario.WebhookExpect{{Webhook: "ITEM.ERROR"}, {Webhook: other, Rule: "in turn"}}})
	require.EqualError(t, err, "webhooks ITEM.ERROR: wanted at least one, got 0\n"+
		"webhooks ITEM.NEW_ACCOUNTS_AVAILABLE on which rule \"in turn\" acted: wanted at least one, got 0\n"+
		"  webhook 7 ITEM.NEW_ACCOUNTS_AVAILABLE: rule \"in turn\" did not act on it")
}

// TestDeliveryResend: a webhook can be sent once more, with a new plan of retries.
func TestDeliveryResend(t *testing.T) {
	t.Parallel()
	r := receive(t, nil)
	emu := emulator.RunT(t)
	w := watch(t, emu, "", r.URL)
	w.fire("LOGIN_REPAIRED")
	w.Settle()
	require.NoError(t, w.Resend(1))
	w.Settle()
	got := w.send(http.MethodPost, "/_tweed/outbox/1/resend", "")
	require.Equal(t, 200, got.Status, got.Body)
	require.Equal(t, 200, w.send(http.MethodPost, "/_tweed/outbox/settle", "").Status)
	require.Len(t, r.hooks(), 3)
	got = w.send(http.MethodGet, "/_tweed/outbox/1", "")
	require.Equal(t, "delivered", got.text("state"))
	require.Len(t, got.at("attempts"), 3)
	require.ErrorContains(t, w.Resend(2), "there is no such message")
	require.Equal(t, 404, w.send(http.MethodPost, "/_tweed/outbox/2/resend", "").Status)

	s := scenario.Scenario{Webhooks: scenario.Delivery{Mode: scenario.ModeCollect}}
	w = watch(t, emulator.RunT(t, emulator.Options{Scenario: &s}), "", r.URL)
	w.fire("LOGIN_REPAIRED")
	w.Settle()
	require.Equal(t, []string{"collected"}, w.states())
	require.ErrorContains(t, w.Resend(1), "the world collects its messages")
	require.Equal(t, 400, w.send(http.MethodPost, "/_tweed/outbox/1/resend", "").Status)
	require.Len(t, r.hooks(), 3)
}

// TestDeliveryClose: what is under way is waited for; what waits is kept, and goes on in another
// emulator.
func TestDeliveryClose(t *testing.T) {
	t.Parallel()
	came, release := make(chan struct{}), make(chan struct{})
	r := receive(t, func(n int, _ hook) int {
		if n == 0 {
			close(came)
			<-release
		}
		return http.StatusOK
	})
	file := t.TempDir() + "/state.json"
	emu := emulator.RunT(t, emulator.Options{StateFile: file})
	w := watch(t, emu, "", r.URL)
	w.fire("LOGIN_REPAIRED")
	<-came
	w.fire("NEW_ACCOUNTS_AVAILABLE")
	closed := make(chan error)
	go func() { closed <- emu.Close() }()
	close(release)
	require.NoError(t, <-closed)

	again := emulator.RunT(t, emulator.Options{StateFile: file}).World("default")
	again.Settle()
	require.Equal(t, "delivered", again.Webhooks()[0].State)
	require.Equal(t, "delivered", again.Webhooks()[1].State)
	require.Equal(t, []string{"ITEM.LOGIN_REPAIRED", "ITEM.NEW_ACCOUNTS_AVAILABLE"}, r.hooks())
}

// TestDeliveryImport: a world with a webhook that waits for its next attempt goes on elsewhere,
// and stays where nothing leaves.
func TestDeliveryImport(t *testing.T) {
	t.Parallel()
	r := receive(t, refusing(1))
	w := watch(t, emulator.RunT(t), "", r.URL)
	w.fire("LOGIN_REPAIRED")
	w.Settle()
	export := w.send(http.MethodGet, "/_tweed/export", "").Body
	for mode, want := range map[string]string{scenario.ModeDeliver: "delivered", scenario.ModeCollect: "collected"} {
		emu := emulator.RunT(t, emulator.Options{Webhooks: emulator.WebhookOptions{Mode: mode}})
		other := newClient(t, emu, "")
		require.Equal(t, 200, other.send(http.MethodPost, "/_tweed/import", export).Status)
		require.Equal(t, "retrying", emu.World("default").Webhooks()[0].State)
		emu.World("default").Advance(time.Minute)
		require.Equal(t, want, emu.World("default").Webhooks()[0].State)
	}
	require.Len(t, r.hooks(), 2)
}

// TestDeliveryDeterminism: two runs leave the same bytes, the wall's time aside.
func TestDeliveryDeterminism(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	answers := map[string]int{}
	r := receive(t, nil)
	r.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		answers[req.URL.Path]++
		w.WriteHeader([]int{500, 200, 404}[answers[req.URL.Path]%3])
	})
	run := func(seed uint64) string {
		mu.Lock()
		clear(answers)
		mu.Unlock()
		w := watch(t, emulator.RunT(t, emulator.Options{Seed: seed}), "", r.URL+"/hook")
		for range 5 {
			w.fire("LOGIN_REPAIRED")
			w.Advance(time.Minute)
		}
		w.Advance(24 * time.Hour)
		return w.send(http.MethodGet, "/_tweed/export", "").Body
	}
	first := run(1)
	require.Equal(t, first, run(1))
	require.NotEqual(t, first, run(2))
}

// TestDeliveryWorldTime: with iat: world a delivered webhook is the same bytes as a collected one.
func TestDeliveryWorldTime(t *testing.T) {
	t.Parallel()
	r := receive(t, nil)
	s := scenario.Scenario{Webhooks: scenario.Delivery{IAT: scenario.IATWorld}}
	w := watch(t, emulator.RunT(t, emulator.Options{Scenario: &s}), "", r.URL)
	w.fire("LOGIN_REPAIRED")
	w.Settle()
	require.Equal(t, w.Webhooks()[0].Headers["Plaid-Verification"], r.got[0].sent.Get("Plaid-Verification"))
	require.True(t, bytes.Equal(w.Webhooks()[0].Body, r.got[0].body))
}

// TestDeliveryParallel: fifty worlds send at once.
func TestDeliveryParallel(t *testing.T) {
	t.Parallel()
	r := receive(t, func(n int, _ hook) int { return []int{200, 500}[n%2] })
	emu := emulator.RunT(t)
	var group sync.WaitGroup
	for n := range 50 {
		w := watch(t, emu, "w"+string(rune('A'+n%26))+string(rune('a'+n/26)), r.URL)
		group.Go(func() {
			for range 4 {
				_, _ = w.try(http.MethodPost, "/sandbox/item/fire_webhook", fields{
					"access_token": w.token["access_token"], "webhook_code": "LOGIN_REPAIRED",
				}.json())
			}
			w.Advance(time.Hour)
			w.Advance(48 * time.Hour)
		})
	}
	group.Wait()
	for _, one := range emu.World("wAa").Webhooks() {
		require.Contains(t, []string{"delivered", "given_up"}, one.State)
	}
}

// TestDeliveryReset: what becomes of a webhook that is under way when its world begins anew is
// not the new world's business.
func TestDeliveryReset(t *testing.T) {
	t.Parallel()
	came, release := make(chan struct{}), make(chan struct{})
	r := receive(t, func(int, hook) int {
		close(came)
		<-release
		return http.StatusOK
	})
	w := watch(t, emulator.RunT(t), "", r.URL)
	w.fire("LOGIN_REPAIRED")
	<-came
	require.NoError(t, w.Reset())
	close(release)
	w.Settle()
	require.Empty(t, w.Webhooks())
}

// TestDeliveryCase: a case has nothing of the delivery, but the calls that a receiver made.
func TestDeliveryCase(t *testing.T) {
	t.Parallel()
	var w watched
	r := receive(t, nil)
	r.answer = func(n int, _ hook) int {
		if n == 0 {
			return http.StatusInternalServerError
		}
		w.ok("/item/get", w.token)
		return http.StatusOK
	}
	w = watch(t, emulator.RunT(t), "", r.URL)
	w.fire("LOGIN_REPAIRED")
	w.Advance(time.Minute)
	require.NoError(t, w.Resend(1))
	w.Settle()
	w.ok("/item/get", w.token)
	require.Len(t, r.hooks(), 3)
	again := replayed(t, w.World)
	_, differs := again.Differs()
	require.False(t, differs)
	require.Equal(t, 6, again.Total)
	require.Len(t, r.hooks(), 3, "a replay sends nothing")
}

// TestDeliveryRunningClock: on a clock that runs, a retry comes by itself.
func TestDeliveryRunningClock(t *testing.T) {
	t.Parallel()
	twice := make(chan struct{})
	r := receive(t, func(n int, _ hook) int {
		if n == 0 {
			return http.StatusBadGateway
		}
		close(twice)
		return http.StatusOK
	})
	w := watch(t, emulator.RunT(t, emulator.Options{Clock: "600x"}), "", r.URL)
	w.fire("LOGIN_REPAIRED")
	<-twice
	w.Settle()
	require.Equal(t, []string{"delivered"}, w.states())
}
