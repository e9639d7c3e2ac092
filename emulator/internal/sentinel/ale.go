package sentinel

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
	"tweed/emulator/scenario"
)

// ALE returns the dialect of Apex's event API: everything in the address, a bare array back, Legit's JWT as for
// Sentinel (Alpaca's gobroker, tastyworks' scripts, Apex's own samples). Its errors are assumed to be Sentinel's.
func ALE() *api.Family {
	return &api.Family{
		Name:   "ale",
		Route:  newRoutes(aleOperations(), errRoute, errMethod).find,
		Decode: decode,
		Client: tokenClient,
		Checks: []func(*api.Call) error{checkSession, checkCorrespondent},
		About:  aboutNothing,
		Write:  write,
	}
}

func aleOperations() []*api.Op {
	return operationsOf("ale", map[string]func(*api.Call) (any, error){"aleRead": aleRead})
}

// The topics that Tweed writes (Alpaca's gobroker; an integrator's notes).
const (
	topicRelationship = "sentinel-ach-relationship-status"
	topicTransfer     = "sentinel-ach-transfer-status"
	topicMicroDeposit = "sentinel-ach-micro-deposit-transfer-status"
)

// knownTopics are those and the ones to which nothing is written: other products' (an integrator's notes, tastyworks'
// scripts, Apex's own samples), wires, and the later generation, whose payloads are not public.
var knownTopics = []string{
	topicRelationship, topicTransfer, topicMicroDeposit, "sentinel-wire-transfer-status",
	"sentinel2-ach-relationship-status", "sentinel2-transfer-state", "sentinel2-batch",
	"atlas-account_request-status", "sketch-investigation-status", "snap-document-upload", "alps-acat-status",
	"trade-posting-status", "hermes-email-update", "equilibrium-basket-summary",
}

// notice is one event that a correspondent can read.
type notice struct {
	ID      uint64    `json:"id"`
	Topic   string    `json:"topic"`
	Owner   string    `json:"owner"` // code of the correspondent, in capital letters
	At      time.Time `json:"at"`
	Payload string    `json:"payload"` // JSON
}

// notices are by id, padded with zeros: key order is the order in which they happened, over all topics.
var (
	notices       = world.NewTable[notice]("ale.notice", 1)
	noticesByFeed = notices.Index(func(n notice) string { return feed(n.Topic, n.Owner) })
)

func feed(topic, owner string) string { return topic + " " + owner }

// Ids are large, sparse and rise over all topics (Alpaca's gobroker, tastyworks' scripts: one counter is inferred).
// They begin far above 1, because clients begin with a highWaterMark of 0 or 1.
const (
	firstNotice = 1_000_000
	noticeGap   = 7
)

func noticeKey(id uint64) string { return fmt.Sprintf("%020d", id) }

// publish writes an event to a topic of a correspondent, now. Its payload is one of our own types.
func publish(w *world.World, topic, owner string, payload any) {
	text, err := json.Marshal(payload)
	if err != nil {
		panic("sentinel: " + topic + ": " + err.Error())
	}
	n := notice{
		ID: firstNotice + noticeGap*w.Count("ale.notice"), Topic: topic, Owner: owner, At: w.Now(),
		Payload: string(text),
	}
	notices.Put(w, noticeKey(n.ID), n)
}

// relationshipNotice is the payload about a relationship (Alpaca's gobroker).
type relationshipNotice struct {
	Timestamp      string  `json:"timestamp"`
	RelationshipID string  `json:"relationshipId"`
	Status         string  `json:"status"`
	Correspondent  string  `json:"correspondentCode"`
	ApprovalMethod string  `json:"approvalMethod"`
	Reason         *string `json:"reason"`
}

// publish tells the relationship's correspondent of its status, if that is another one than the stored.
func (r relationship) publish(w *world.World) {
	if old, ok := relationships.Get(w, r.ID); ok && old.Status == r.Status {
		return
	}
	n := relationshipNotice{
		Timestamp: w.Now().Format(timeForm), RelationshipID: r.ID, Status: r.Status, Correspondent: r.Owner,
		ApprovalMethod: r.Method,
	}
	if r.Cancellation != nil {
		n.Reason = orNull(r.Cancellation.Reason)
	}
	publish(w, topicRelationship, r.Owner, n)
}

// transferNotice is the payload about a transfer. What REST calls mechanism and state is transferMechanism and status
// here (Alpaca's gobroker).
type transferNotice struct {
	Timestamp          string      `json:"timestamp"`
	TransferID         string      `json:"transferId"`
	ExternalTransferID string      `json:"externalTransferId"`
	Direction          Direction   `json:"direction"`
	Mechanism          string      `json:"transferMechanism"`
	Account            string      `json:"account"`
	Correspondent      string      `json:"correspondentCode"`
	Amount             json.Number `json:"amount"`
	Status             State       `json:"status"`
	Reason             *string     `json:"reason"` // the return code, or the reject reason
}

// microDepositNotice is the payload about micro-deposits, which has no amount (Alpaca's gobroker). COMPLETE means that
// the customer can be told to confirm, REJECTED that the micro-deposits failed.
type microDepositNotice struct {
	Timestamp          string    `json:"timestamp"`
	TransferID         string    `json:"transferId"`
	ExternalTransferID *string   `json:"externalTransferId"` // always null
	Mechanism          string    `json:"transferMechanism"`
	Direction          Direction `json:"direction"`
	Account            string    `json:"account"`
	Correspondent      string    `json:"correspondentCode"`
	Status             State     `json:"status"`
	Reason             *string   `json:"reason"` // as of a transfer
	RelationshipID     string    `json:"achRelationshipId"`
}

// publish tells the correspondent of the transfer's relationship of its state.
func (t Transfer) publish(w *world.World) {
	r, _ := relationships.Get(w, t.Relationship)
	now, reason := w.Now().Format(timeForm), orNull(t.RejectReason)
	if t.State == Returned {
		reason = orNull(t.ReturnCode)
	}
	if t.kind() == scenario.MicroDeposit {
		publish(w, topicMicroDeposit, r.Owner, microDepositNotice{
			Timestamp: now, TransferID: t.ID, Mechanism: mechanism, Direction: t.Direction, Account: t.Account,
			Correspondent: r.Owner, Status: t.State, Reason: reason, RelationshipID: t.Relationship,
		})
		return
	}
	publish(w, topicTransfer, r.Owner, transferNotice{
		Timestamp: now, TransferID: t.ID, ExternalTransferID: t.External, Direction: t.Direction, Mechanism: mechanism,
		Account: t.Account, Correspondent: r.Owner, Amount: dollars(t.bankCents()), Status: t.State, Reason: reason,
	})
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// correspondent is the code of the caller's correspondent, in capital letters: clients write both (Alpaca's gobroker,
// Apex's own samples).
func correspondent(c *api.Call) string {
	code := strings.ToUpper(caller(c).UserEntity)
	return strings.TrimPrefix(code, "CORRESPONDENT.")
}

var errForeignTopic = catalogue.Must(catalogue.Sentinel, "FORBIDDEN")

// checkCorrespondent refuses the topics of another correspondent (assumed).
func checkCorrespondent(c *api.Call) error {
	code := c.Params["correspondent"]
	if strings.EqualFold(code, correspondent(c)) {
		return nil
	}
	return errForeignTopic.Variant("topic", "correspondent", code)
}

// noticeBody is an event as an answer has it. The time has milliseconds and an offset, the payload is a JSON text
// (Alpaca's gobroker, tastyworks' scripts).
type noticeBody struct {
	ID       uint64 `json:"id"`
	DateTime string `json:"dateTime"`
	Payload  string `json:"payload"`
}

const noticeTimeForm = "2006-01-02T15:04:05.000-07:00"

// aleRead answers with the events of a topic after the highWaterMark and since a time. A long poll without any waits
// for one. Errors: VALIDATION_FAILED for a query that cannot be (assumed).
func aleRead(c *api.Call) (any, error) {
	q, err := aleQueryOf(c)
	if err != nil {
		return nil, err
	}
	out := q.read(c.World)
	if len(out) == 0 && q.longPoll && !c.Waited {
		return nil, api.Park{Patience: q.patience, Changed: notices.Changed(c.World)}
	}
	if !slices.Contains(knownTopics, q.topic) {
		c.Note("no topic is called %q; %s", q.topic, meant(q.topic, knownTopics))
	}
	return out, nil
}

// read finds the place by halving and walks over the answer only.
func (q aleQuery) read(w *world.World) []noticeBody {
	out := []noticeBody{}
	after := noticeKey(q.mark)
	reached := func(key string, n notice) bool { return key > after && !n.At.Before(q.since) }
	for _, n := range noticesByFeed.From(w, feed(q.topic, q.owner), reached) {
		if len(out) == q.limit {
			break
		}
		out = append(out, noticeBody{ID: n.ID, DateTime: n.At.Format(noticeTimeForm), Payload: n.Payload})
	}
	return out
}
