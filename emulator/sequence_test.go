package emulator_test

import (
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// walker makes a random walk through one world and remembers what it was told.
type walker struct {
	t     testing.TB
	rig   *rig
	world emulator.World
	login time.Time // when the JWT was made

	publics       []*handle // used: exchanged
	items         []*handle // text: access token, used: removed
	spent         []string  // access tokens that were replaced
	processors    []string
	relationships []*handle // used: canceled
	transfers     []*transfer
	logins        int
}

// handle is a token or an id, and whether it was used up.
type handle struct {
	text string
	used bool
}

// transfer is what is known of a transfer: its last state, and what must never change.
type transfer struct{ id, state, amount, external string }

// final are the states that nothing leaves without a return, which nobody asks for here.
var final = []string{"COMPLETE", "REJECTED", "CANCELED"}

// road is the order of the states of a transfer that goes well.
var road = []string{"PENDING", "APPROVED", "FUNDS_POSTED", "SENT_TO_BANK", "COMPLETE"}

// do makes a call and requires that the reply is one of a vendor.
func (w *walker) do(method, path string, body fields) reply {
	w.t.Helper()
	to := target{method, path}
	text := []byte(body.json())
	if method == http.MethodGet {
		text = nil
	}
	got := w.rig.serve(to, text, "application/json", true)
	require.NoError(w.t, judge(to, text, got), "%s %s", method, path)
	require.Less(w.t, got.Code, 500, "%s %s: %s", method, path, got.Body)
	out := reply{Status: got.Code, Body: got.Body.String()}
	_ = json.Unmarshal(got.Body.Bytes(), &out.Fields)
	return out
}

func (w *walker) post(path string, body fields) reply {
	w.t.Helper()
	return w.do(http.MethodPost, path, body)
}

// must is post for what has to succeed or has to be refused.
func (w *walker) must(good bool, path string, body fields) reply {
	w.t.Helper()
	got := w.post(path, body)
	require.Equal(w.t, good, got.Status == http.StatusOK, "%s %v: %s", path, body, got.Body)
	return got
}

// sentinel logs in anew when the JWT is about to end.
func (w *walker) sentinel() {
	w.t.Helper()
	if w.rig.jwt == "" || w.world.Now().Sub(w.login) > 24*time.Hour {
		w.rig.jwt = w.must(true, "/legit/api/v1/cc/token", fields{"jws": loginJWS("u", "e", "s")}).Body
		w.login = w.world.Now()
	}
}

// pick chooses one of a list, nil if it is empty.
func pick[T any](list []T, n byte) (one T, ok bool) {
	if len(list) == 0 {
		return one, false
	}
	return list[int(n)%len(list)], true
}

// step does one thing, chosen by the first byte, to one of what there is, chosen by the second.
func (w *walker) step(what, which byte) {
	w.t.Helper()
	steps := []func(byte){
		w.linkItem, w.whole, w.exchange("/item/public_token/exchange"), w.exchange("/exchange_token"), w.again,
		w.resetLogin, w.removeItem, w.rotate, w.processor, w.processor, w.relationship, w.relationship, w.cancelRelationship,
		w.transfer("incoming"), w.transfer("incoming"), w.transfer("outgoing"), w.approve, w.approve, w.reject, w.cancel,
		w.minutes, w.bankingDay, w.roundTrip,
	}
	steps[int(what)%len(steps)](which)
}

func (w *walker) linkItem(n byte) {
	got := w.must(true, "/sandbox/public_token/create", fields{
		"institution_id": []string{platypus, gingham}[n%2], "initial_products": []string{"auth"},
	})
	w.logins++
	w.publics = append(w.publics, &handle{text: got.text("public_token")})
}

// whole takes the path up to a deposit.
func (w *walker) whole(n byte) {
	w.linkItem(n)
	w.exchange("/item/public_token/exchange")(byte(len(w.publics) - 1))
	w.processor(byte(len(w.items) - 1))
	w.relationship(byte(len(w.processors) - 1))
	w.transfer("incoming")(byte(len(w.relationships) - 1))
}

func (w *walker) exchange(path string) func(byte) {
	return func(n byte) {
		public, ok := pick(w.publics, n)
		if !ok {
			return
		}
		got := w.post(path, fields{"public_token": public.text, "client_id": clientID, "secret": secret})
		if got.Status != http.StatusOK {
			return
		}
		require.False(w.t, public.used, "a public token is exchanged once")
		public.used = true
		access := got.text("access_token")
		if !slices.ContainsFunc(w.items, func(i *handle) bool { return i.text == access }) {
			w.items = append(w.items, &handle{text: access})
		}
	}
}

func (w *walker) again(n byte) {
	if item, ok := pick(w.items, n); ok {
		got := w.must(!item.used, "/item/public_token/create", fields{"access_token": item.text})
		if !item.used {
			w.publics = append(w.publics, &handle{text: got.text("public_token")})
		}
	}
}

func (w *walker) resetLogin(n byte) {
	if item, ok := pick(w.items, n); ok {
		w.must(!item.used, "/sandbox/item/reset_login", fields{"access_token": item.text})
	}
}

func (w *walker) removeItem(n byte) {
	if item, ok := pick(w.items, n); ok {
		w.must(!item.used, "/item/remove", fields{"access_token": item.text})
		item.used = true
	}
}

func (w *walker) rotate(n byte) {
	if item, ok := pick(w.items, n); ok {
		got := w.must(!item.used, "/item/access_token/invalidate", fields{"access_token": item.text})
		if !item.used {
			w.spent = append(w.spent, item.text)
			item.text = got.text("new_access_token")
		}
	}
}

func (w *walker) processor(n byte) {
	item, ok := pick(w.items, n)
	if !ok {
		return
	}
	for _, known := range w.world.Items() {
		if known.AccessToken == item.text {
			got := w.post("/processor/apex/processor_token/create", fields{
				"access_token": item.text, "account_id": known.Accounts[int(n)%2].ID,
			})
			if got.Status == http.StatusOK {
				w.processors = append(w.processors, got.text("processor_token"))
			}
		}
	}
}

func (w *walker) relationship(n byte) {
	if token, ok := pick(w.processors, n); ok {
		w.sentinel()
		got := w.post("/sentinel/api/v1/ach_relationships", fields{
			"account": "3TW05057", "nickname": "n", "approvalMethod": "PLAID", "plaidProcessorToken": token,
		})
		if got.Status == http.StatusOK {
			w.relationships = append(w.relationships, &handle{text: got.text("id")})
		}
	}
}

func (w *walker) cancelRelationship(n byte) {
	if r, ok := pick(w.relationships, n); ok {
		w.sentinel()
		w.must(!r.used, "/sentinel/api/v1/ach_relationships/"+r.text+"/cancel", fields{"comment": "c"})
		r.used = true
	}
}

func (w *walker) transfer(way string) func(byte) {
	return func(n byte) {
		r, ok := pick(w.relationships, n)
		if !ok {
			return
		}
		w.sentinel()
		external := fmt.Sprintf("t-%d", int(n)%(len(w.transfers)+2)) // one in some is a duplicate
		duplicate := slices.ContainsFunc(w.transfers, func(t *transfer) bool { return t.external == external })
		got := w.must(!r.used && !duplicate, "/sentinel/api/v1/transfers/achs/"+way, fields{
			"externalTransferId": external, "amount": fmt.Sprintf("%d.%02d", n, n%100+1), "achRelationshipId": r.text,
			"disbursementType": "PARTIAL_BALANCE",
		})
		if got.Status == http.StatusOK {
			w.transfers = append(w.transfers, &transfer{
				id: got.text("transferId"), state: got.text("state"), amount: fmt.Sprint(got.at("amount")), external: external,
			})
		}
	}
}

// act asks for something that a transfer may refuse in its state.
func (w *walker) act(n byte, path string) {
	if t, ok := pick(w.transfers, n); ok {
		w.sentinel()
		got := w.post("/sentinel/api/v1/"+fmt.Sprintf(path, t.id), fields{})
		if slices.Contains(final, t.state) {
			require.Equal(w.t, http.StatusBadRequest, got.Status, "%s of a transfer in state %s: %s", path, t.state, got.Body)
		}
	}
}

func (w *walker) approve(n byte) { w.act(n, "test/simulation/achs/%s/approve") }
func (w *walker) reject(n byte)  { w.act(n, "test/simulation/achs/%s/reject") }
func (w *walker) cancel(n byte)  { w.act(n, "transfers/achs/%s/cancel") }

// minutes are an hour once in a while, and sometimes a day: public tokens live 30 minutes.
func (w *walker) minutes(n byte) {
	w.world.Advance(time.Duration(n%7) * []time.Duration{time.Minute, time.Minute, time.Minute, time.Hour}[n%4])
}

func (w *walker) bankingDay(byte) { w.world.AdvanceBankingDays(1) }

// roundTrip takes the world out and puts it back.
func (w *walker) roundTrip(byte) {
	export := w.do(http.MethodGet, "/_tweed/export", fields{}).Body
	got := w.rig.serve(target{http.MethodPost, "/_tweed/import"}, []byte(export), "", true)
	require.Equal(w.t, http.StatusOK, got.Code, got.Body.String())
	require.Equal(w.t, export, w.do(http.MethodGet, "/_tweed/export", fields{}).Body)
}

// check holds the world against what is remembered.
func (w *walker) check() {
	w.t.Helper()
	require.Len(w.t, w.world.Items(), w.logins)
	for _, item := range w.items {
		w.must(!item.used, "/item/get", fields{"access_token": item.text})
	}
	for _, token := range w.spent {
		require.Equal(w.t, "INVALID_ACCESS_TOKEN", w.must(false, "/item/get", fields{"access_token": token}).text("error_code"))
	}
	if len(w.transfers)+len(w.relationships) > 0 {
		w.sentinel()
	}
	for _, t := range w.transfers {
		got := w.do(http.MethodGet, "/sentinel/api/v1/transfers/achs/"+t.id, nil)
		require.Equal(w.t, []string{t.id, t.external, t.amount},
			[]string{got.text("transferId"), got.text("externalTransferId"), fmt.Sprint(got.at("amount"))})
		state := got.text("state")
		if slices.Contains(final, t.state) {
			require.Equal(w.t, t.state, state, "no transfer leaves a final state")
		}
		before, after := slices.Index(road, t.state), slices.Index(road, state)
		if after >= 0 {
			require.GreaterOrEqual(w.t, after, before, "%s to %s is no way forward", t.state, state)
		}
		t.state = state
	}
	for _, r := range w.relationships {
		got := w.do(http.MethodGet, "/sentinel/api/v1/ach_relationships/"+r.text, nil)
		require.Equal(w.t, map[bool]string{true: "CANCELED", false: "APPROVED"}[r.used], got.text("status"))
	}
}

// maxSteps bounds a walk: the checks after each step look at everything.
const maxSteps = 30

func walk(t testing.TB, emu *emulator.Emulator, steps []byte) *walker {
	t.Helper()
	w := &walker{t: t, rig: &rig{emu: emu}, world: emu.World("default")}
	require.NoError(t, w.world.Reset())
	now := w.world.Now()
	for i := 0; i+1 < min(len(steps), 2*maxSteps); i += 2 {
		w.step(steps[i], steps[i+1])
		w.check()
		require.False(t, w.world.Now().Before(now), "time does not go back")
		now = w.world.Now()
	}
	return w
}

// FuzzSequence: whatever is done in whatever order, every Item is there and resolves, a public
// token is exchanged once, no transfer leaves a final state or goes back, no amount changes,
// time does not go back, and export and import lose nothing.
func FuzzSequence(f *testing.F) {
	emu := emulator.RunT(f, emulator.Options{JournalBytes: -1})
	for seed := range 12 {
		sum := sha512.Sum512([]byte{byte(seed)})
		f.Add(sum[:])
	}
	// login, exchange, processor token, relationship, deposit, approve, days until it is complete, then all that is refused
	f.Add([]byte{0, 0, 2, 0, 8, 0, 10, 0, 13, 5, 16, 0, 21, 0, 21, 0, 21, 0, 16, 0, 18, 0, 19, 0, 22, 0, 3, 0})
	f.Fuzz(func(t *testing.T, steps []byte) { walk(t, emu, steps) })
}

// TestSequenceReaches: the walk comes to where its checks have something to see.
func TestSequenceReaches(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	w := walk(t, emu, []byte{0, 0, 2, 0, 8, 0, 10, 0, 13, 5, 16, 0, 21, 0, 21, 0, 21, 0, 16, 0, 18, 0, 19, 0, 12, 0, 7, 0, 6, 0})
	require.Equal(t, "COMPLETE", w.transfers[0].state)
	require.True(t, w.relationships[0].used)
	require.True(t, w.items[0].used)
	require.Len(t, w.spent, 1)
}
