package sentinel_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tweed/emulator/conformance/sentinel"
)

// Apex's certification list (an integrator's notes of an e-mail from Apex): ten relationships by the approval methods
// that the firm will use, ten deposits, ten withdrawals that the simulation approves, one relationship and one transfer
// that are canceled, one simulated return, one simulated notification of change.

// certify runs the whole list.
func (f *firm) certify() {
	f.t.Helper()
	f.firstHalf()
	f.secondHalf()
}

// order is a transfer that the firm asks for: a deposit d-NN, or a withdrawal w-NN.
type order struct{ name, relationship string }

// firstHalf is Monday, and Tuesday until the cut-off. Transfers are under way at its end.
func (f *firm) firstHalf() {
	f.t.Helper()
	f.relates()
	monday := f.orders(
		order{"d-01", "plaid"}, order{"d-02", "plaid for a while"}, order{"d-03", "token"}, order{"d-04", "plaid token"},
		order{"d-05", "plaid"}, order{"w-01", "plaid"}, order{"w-02", "plaid for a while"}, order{"w-03", "token"},
		order{"w-04", "plaid token"},
	)
	f.orders(order{"d-06", "token"})
	canceled, err := f.client.CancelTransfer(f.t.Context(), f.transfers["d-06"], "the customer has changed her mind")
	require.NoError(f.t, err)
	require.Equal(f.t, "CANCELED", canceled.State)
	f.hears("CANCELED", "d-06")
	f.posts(5, monday)
	f.settles(5, monday)

	f.returns("d-01")
	f.corrects("d-03", "token")
	f.hears("COMPLETE", amounts("micro"), amounts("micro, reissued")) // the customer can be asked
	f.mistakes("micro", 1)
	f.confirms("micro")
	f.mistakes("micro, reissued", 3)
	require.NoError(f.t, f.client.ReissueMicroDeposits(f.t.Context(), f.relationships["micro, reissued"]))
	f.hears("APPROVED", amounts("micro, reissued")) // a second pair is on its way
	f.posts(6, f.orders(tuesday...))
	f.asks(order{"d-09", "plaid"})
}

// tuesday are the transfers that are under way between the halves.
var tuesday = []order{
	{"d-07", "micro"},
	{"d-08", "plaid for a while"},
	{"w-05", "micro"},
	{"w-06", "token"},
	{"w-07", "plaid"},
}

// secondHalf is the rest of the week.
func (f *firm) secondHalf() {
	f.t.Helper()
	f.approves("d-09") // after the cut-off: it is Wednesday's
	f.settles(6, names(tuesday))

	f.hears("COMPLETE", amounts("micro, reissued"))
	f.confirms("micro, reissued")
	wednesday := append(f.orders(
		order{"d-10", "micro, reissued"}, order{"w-08", "micro, reissued"}, order{"w-09", "micro"}, order{"w-10", "plaid"},
	), "d-09")
	const why = "the customer has closed the account"
	canceled, err := f.client.CancelRelationship(f.t.Context(), f.relationships["plaid for a while"], why)
	require.NoError(f.t, err)
	require.Equal(f.t, "CANCELED", canceled.Status)
	require.Equal(f.t, why, canceled.Cancellation.Comment)
	f.hears("CANCELED", "plaid for a while")
	f.refusesTransfers("plaid for a while")
	f.posts(7, wednesday)
	f.settles(7, wednesday)
}

// relates makes the ten relationships.
func (f *firm) relates() {
	f.t.Helper()
	tokens := []string{processorToken(f.t, f.base), processorToken(f.t, f.base)}
	for _, one := range []struct{ nickname, method, token string }{
		{"micro", sentinel.MicroDeposit, ""},
		{"micro, reissued", sentinel.MicroDeposit, ""},
		{"plaid", sentinel.Plaid, ""},
		{"plaid for a while", sentinel.Plaid, ""},
		{"token", sentinel.PlaidToken, tokens[0]},
		{"plaid token", sentinel.Plaid, tokens[1]},
		{"yodlee", sentinel.Yodlee, ""},
		{"giact", sentinel.GIACT, ""},
		{"apex", sentinel.Apex, ""},
		{"voided check", sentinel.VoidedCheck, ""},
	} {
		f.relate(one.nickname, one.method, one.token)
	}
	f.hears("APPROVED", "plaid", "plaid for a while", "token", "plaid token")
	pending := []string{"micro", "micro, reissued", "yodlee", "giact", "apex", "voided check"}
	f.hears("PENDING", pending...)
	for _, relationship := range pending {
		f.refusesTransfers(relationship)
	}
}

// orders asks for transfers, has each approved, and returns their names.
func (f *firm) orders(orders ...order) []string {
	f.t.Helper()
	for _, one := range orders {
		f.asks(one)
		f.approves(one.name)
	}
	return names(orders)
}

func names(orders []order) (out []string) {
	for _, one := range orders {
		out = append(out, one.name)
	}
	return out
}

// posts is a day's cut-off.
func (f *firm) posts(day int, names []string) {
	f.t.Helper()
	f.brings(january(day, 13, 30), "FUNDS_POSTED", names)
}

// settles is the way of the day's transfers through the bank.
func (f *firm) settles(day int, names []string) {
	f.t.Helper()
	f.brings(january(day, 19, 0), "SENT_TO_BANK", names)
	f.brings(january(day+1, 8, 30), "COMPLETE", names)
}

// returns has the bank send a transfer back; the relationship stays.
func (f *firm) returns(name string) {
	f.t.Helper()
	require.NoError(f.t, f.client.SimulateReturn(f.t.Context(), f.transfers[name], false))
	f.hears("RETURNED R01", name)
}

// corrects has the bank tell that the account is a savings account, and nothing else.
func (f *firm) corrects(name, relationship string) {
	f.t.Helper()
	want, err := f.client.Relationship(f.t.Context(), f.relationships[relationship])
	require.NoError(f.t, err)
	require.Equal(f.t, sentinel.Checking, want.BankAccountType)
	want.BankAccountType = sentinel.Savings
	notification := sentinel.NOC{NewBankAccountType: sentinel.Savings}
	require.NoError(f.t, f.client.SimulateNOC(f.t.Context(), f.transfers[name], notification))
	got, err := f.client.Relationship(f.t.Context(), f.relationships[relationship])
	require.NoError(f.t, err)
	require.Equal(f.t, want, got)
}

// outcome is what became of everything, by the firm's own names.
type outcome struct {
	relationships map[string]string   // status, method, type of the bank account
	transfers     map[string]string   // state, reject reason, amount
	told          map[string][]string // what ALE told of each of them
	available     int64
}

// outcome asks Sentinel for everything.
func (f *firm) outcome() outcome {
	f.t.Helper()
	out := outcome{relationships: map[string]string{}, transfers: map[string]string{}, told: map[string][]string{}}
	for _, name := range slices.Sorted(maps.Keys(f.relationships)) {
		r, err := f.client.Relationship(f.t.Context(), f.relationships[name])
		require.NoError(f.t, err)
		require.Equal(f.t, name, r.Nickname)
		out.relationships[name] = r.Status + " " + r.ApprovalMethod + " " + r.BankAccountType
		out.told[name] = f.tellings(name)
		if r.ApprovalMethod == sentinel.MicroDeposit {
			out.told[amounts(name)] = f.tellings(amounts(name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.transfers)) {
		transfer, err := f.client.Transfer(f.t.Context(), f.transfers[name])
		require.NoError(f.t, err)
		require.Equal(f.t, external(name), transfer.ExternalTransferID)
		out.transfers[name] = strings.TrimSpace(transfer.State + " " + string(transfer.Amount) + " " + transfer.RejectReason)
		out.told[name] = f.tellings(name)
	}
	relationships, err := f.client.Relationships(f.t.Context())
	require.NoError(f.t, err)
	require.Len(f.t, relationships, 10)
	transfers, err := f.client.Transfers(f.t.Context(), account)
	require.NoError(f.t, err)
	require.Len(f.t, transfers, 20)
	available, err := f.client.AmountAvailable(f.t.Context(), account)
	require.NoError(f.t, err)
	out.available = available.Total
	return out
}

// wanted is the end of the certification.
func wanted() outcome {
	out := outcome{
		relationships: map[string]string{
			"micro": "APPROVED MICRO_DEPOSIT CHECKING", "micro, reissued": "APPROVED MICRO_DEPOSIT CHECKING",
			"plaid": "APPROVED PLAID CHECKING", "plaid for a while": "CANCELED PLAID CHECKING",
			"token": "APPROVED PLAID_TOKEN SAVINGS", "plaid token": "APPROVED PLAID CHECKING",
			"yodlee": "PENDING YODLEE CHECKING", "giact": "PENDING GIACT CHECKING", "apex": "PENDING APEX CHECKING",
			"voided check": "PENDING VOIDED_CHECK CHECKING",
		},
		transfers: map[string]string{},
		told: map[string][]string{
			"micro": {"PENDING", "APPROVED"}, "micro, reissued": {"PENDING", "APPROVED"}, "plaid": {"APPROVED"},
			"plaid for a while": {"APPROVED", "CANCELED"}, "token": {"APPROVED"}, "plaid token": {"APPROVED"},
			"yodlee": {"PENDING"}, "giact": {"PENDING"}, "apex": {"PENDING"}, "voided check": {"PENDING"},
		},
		available: 8*1000 - 10*100,
	}
	road := []string{"PENDING", "APPROVED", "FUNDS_POSTED", "SENT_TO_BANK", "COMPLETE"}
	for _, number := range []string{"01", "02", "03", "04", "05", "06", "07", "08", "09", "10"} {
		out.transfers["d-"+number], out.told["d-"+number] = "COMPLETE 1000", road
		out.transfers["w-"+number], out.told["w-"+number] = "COMPLETE 100", road
	}
	out.told[amounts("micro")] = road
	out.told[amounts("micro, reissued")] = slices.Concat(road, road)
	out.transfers["d-01"], out.told["d-01"] = "RETURNED 1000", append(slices.Clone(road), "RETURNED R01")
	out.transfers["d-06"], out.told["d-06"] = "CANCELED 1000", []string{"PENDING", "APPROVED", "CANCELED"}
	return out
}

// client is a client of one address.
func client(base string, calls *recorder) *sentinel.Client {
	return &sentinel.Client{
		BaseURL: base, Credentials: credentials, HTTP: &http.Client{Transport: calls}, Now: time.Now,
	}
}

// TestCertification: the same states in the same order on a clock that stands and is moved by hand, and on one that
// runs at a minute a second, where the firm learns of everything by long polls alone. Between the bank's hours the
// running clock is moved to a minute before the next one; what happens then comes by itself.
func TestCertification(t *testing.T) {
	t.Parallel()
	t.Run("by hand", func(t *testing.T) {
		t.Parallel()
		calls := &recorder{}
		base := start(t, "manual").SentinelURL()
		f := newFirm(t, base, client(base, calls))
		f.feed = newReader(f.client)
		f.certify()
		require.Equal(t, wanted(), f.outcome())
		_, logins := calls.seen()
		require.Equal(t, 3, logins, "a token lives for 25 hours, the certification for three days")
	})
	t.Run("at 60x", func(t *testing.T) {
		t.Parallel()
		calls := &recorder{}
		base := start(t, "60x").SentinelURL()
		f := newFirm(t, base, client(base, calls))
		f.feed, f.ahead = newPoller(t, f.client), time.Minute
		f.certify()
		require.Equal(t, wanted(), f.outcome())
		_, logins := calls.seen()
		require.GreaterOrEqual(t, logins, 3)
	})
}
