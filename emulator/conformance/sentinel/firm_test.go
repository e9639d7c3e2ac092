package sentinel_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"tweed/emulator/conformance/sentinel"
)

const account = "3AP05057"

// firm is the back end of a broker that certifies.
type firm struct {
	t      *testing.T
	base   string
	client *sentinel.Client
	feed   feed
	ahead  time.Duration // how long before an event's moment the clock is stopped; 0 on a clock that stands

	relationships map[string]string    // ids by nickname
	transfers     map[string]string    // ids by the firm's own name
	told          map[string][]telling // what ALE told, by id
	marks         map[string]uint64    // by topic
}

// telling is one status that ALE told of a relationship or a transfer.
type telling struct {
	status string // and the reason, if there is one
	at     time.Time
}

func newFirm(t *testing.T, base string, client *sentinel.Client) *firm {
	t.Helper()
	return &firm{
		t: t, base: base, client: client, relationships: map[string]string{}, transfers: map[string]string{},
		told: map[string][]telling{}, marks: map[string]uint64{},
	}
}

// external is the firm's id of a transfer.
func external(name string) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, []byte(name)) }

// relate makes a relationship. With a token it needs no bank data.
func (f *firm) relate(nickname, method, token string) {
	f.t.Helper()
	request := sentinel.NewRelationship{
		Account: account, Nickname: nickname, ApprovalMethod: method, PlaidProcessorToken: token,
	}
	if token == "" {
		request.BankRoutingNumber, request.BankAccount = "121000358", fmt.Sprint(123456700+len(f.relationships))
		request.BankAccountOwnerName, request.BankAccountType = "Jane Doe", sentinel.Checking
	}
	made, err := f.client.CreateRelationship(f.t.Context(), request)
	require.NoError(f.t, err, nickname)
	require.NotEmpty(f.t, made.ID)
	require.NotEmpty(f.t, made.Status)
	require.Equal(f.t, method, made.ApprovalMethod)
	f.relationships[nickname] = made.ID
}

// asks asks for a deposit of 1000 dollars or a withdrawal of 100.
func (f *firm) asks(o order) {
	f.t.Helper()
	transfer, err := f.transfer(o)
	require.NoError(f.t, err, o.name)
	require.Equal(f.t, "PENDING", transfer.State)
	require.Equal(f.t, external(o.name), transfer.ExternalTransferID)
	require.Equal(f.t, "ACH", transfer.Mechanism)
	f.transfers[o.name] = transfer.TransferID
	f.hears("PENDING", o.name)
}

func (f *firm) transfer(o order) (sentinel.Transfer, error) {
	if strings.HasPrefix(o.name, "d") {
		return f.client.Deposit(f.t.Context(), sentinel.NewDeposit{
			ExternalTransferID: external(o.name), Amount: "1000", ACHRelationshipID: f.relationships[o.relationship],
		})
	}
	return f.client.Withdraw(f.t.Context(), sentinel.NewWithdrawal{
		ExternalTransferID: external(o.name), Amount: "100", ACHRelationshipID: f.relationships[o.relationship],
		DisbursementType: sentinel.PartialBalance,
	})
}

// approves has the simulation approve a transfer.
func (f *firm) approves(name string) {
	f.t.Helper()
	require.NoError(f.t, f.client.SimulateApproval(f.t.Context(), f.transfers[name]), name)
	f.hears("APPROVED", name)
}

// refusesTransfers tells that a relationship which is not approved takes none.
func (f *firm) refusesTransfers(relationship string) {
	f.t.Helper()
	for _, name := range []string{"d-00", "w-00"} {
		_, err := f.transfer(order{name, relationship})
		requireBadRequest(f.t, err)
	}
}

func requireBadRequest(t *testing.T, err error) {
	t.Helper()
	var refusal *sentinel.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, http.StatusBadRequest, refusal.Status)
	require.NotEmpty(t, refusal.Label)
}

// microDeposits reads the amounts that the customer sees.
func (f *firm) microDeposits(relationship string) [2]sentinel.Dollars {
	f.t.Helper()
	amounts, err := f.client.MicroDepositAmounts(f.t.Context(), f.relationships[relationship])
	require.NoError(f.t, err)
	return amounts
}

// mistakes tells the wrong amounts some times.
func (f *firm) mistakes(relationship string, times int) {
	f.t.Helper()
	amounts := f.microDeposits(relationship)
	if amounts[0] == "0.01" {
		amounts[0] = "0.02"
	} else {
		amounts[0] = "0.01"
	}
	for range times {
		_, err := f.client.ApproveMicroDeposits(f.t.Context(), f.relationships[relationship], amounts)
		requireBadRequest(f.t, err)
	}
}

// confirms tells the right amounts.
func (f *firm) confirms(relationship string) {
	f.t.Helper()
	confirmed, err := f.client.ApproveMicroDeposits(f.t.Context(), f.relationships[relationship], f.microDeposits(relationship))
	require.NoError(f.t, err)
	require.Equal(f.t, "APPROVED", confirmed.Status)
	require.Equal(f.t, credentials.Username, confirmed.Approval.ApprovedBy.UserName)
	f.hears("APPROVED", relationship)
}

// brings moves the clock to a moment, or to just before it where the clock runs, and waits for what ALE tells then.
func (f *firm) brings(moment time.Time, status string, names []string) {
	f.t.Helper()
	moveTo(f.t, f.base, moment.Add(-f.ahead))
	f.hears(status, names...)
	for _, name := range names {
		last := f.told[f.transfers[name]]
		require.WithinDuration(f.t, moment, last[len(last)-1].at, 0, name)
	}
}

// hears takes events from the feed until each name was told the status. Names are of relationships, of their amounts or
// of transfers.
func (f *firm) hears(status string, names ...string) {
	f.t.Helper()
	for _, name := range names {
		for !f.heard(status, name) {
			one, ok := f.feed.next(f.t)
			require.True(f.t, ok, "ALE does not tell that %s is %s, only %v", name, status, f.tellings(name))
			f.hear(one)
		}
	}
}

// amounts names the micro-deposits of a relationship, all pairs of them.
func amounts(relationship string) string { return "the amounts of " + relationship }

// pairsOf is where the statuses of a relationship's micro-deposits are kept.
func pairsOf(relationshipID string) string { return "pairs of " + relationshipID }

// tellings are the statuses that were told of a name.
func (f *firm) tellings(name string) (out []string) {
	id, ok := f.transfers[name]
	relationship, ofPairs := strings.CutPrefix(name, amounts(""))
	switch {
	case ofPairs:
		id = pairsOf(f.relationships[relationship])
	case !ok:
		id = f.relationships[name]
	}
	for _, one := range f.told[id] {
		out = append(out, one.status)
	}
	return out
}

func (f *firm) heard(status, name string) bool {
	told := f.tellings(name)
	return len(told) > 0 && told[len(told)-1] == status
}

// hear keeps what an event tells.
func (f *firm) hear(one posting) {
	f.t.Helper()
	require.Greater(f.t, one.event.ID, f.marks[one.topic], "ids rise")
	f.marks[one.topic] = one.event.ID
	got, err := one.event.Status()
	require.NoError(f.t, err)
	require.Equal(f.t, credentials.Correspondent(), got.CorrespondentCode)
	require.False(f.t, got.Timestamp.IsZero())
	id := got.TransferID
	switch one.topic {
	case sentinel.TopicRelationships:
		id = got.RelationshipID
	case sentinel.TopicMicroDeposits: // the payload has no amount and no id of the firm's
		require.Nil(f.t, got.ExternalTransferID)
		require.NotEmpty(f.t, got.TransferID)
		id = pairsOf(got.ACHRelationshipID)
	}
	require.NotEmpty(f.t, id, one.event.Payload)
	status := got.Status
	if got.Reason != "" {
		status += " " + got.Reason
	}
	f.told[id] = append(f.told[id], telling{status, one.event.DateTime})
}
