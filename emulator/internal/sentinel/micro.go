package sentinel

import (
	"encoding/json"
	"fmt"
	"strconv"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// methodMicroDeposit is approved by the customer, who tells two small amounts.
const methodMicroDeposit = "MICRO_DEPOSIT"

// microTries and microSets are documented (klane67/apex_clearing): three tries a pair, and at most two pairs after the
// first.
const (
	microTries = 3
	microSets  = 3
)

// exhausted is the reason of the cancellation after the last try (Alpaca's gobroker).
const exhausted = "EXHAUSTED_MICRO_DEPOSIT_ATTEMPTS"

// microCents bounds an amount from above: it is less than a dollar (Alpaca's gobroker).
const microCents = 100

var (
	errApprovalMethod = catalogue.Must(catalogue.Sentinel, "APPROVAL_METHOD_MISMATCH")
	errMicroWrong     = catalogue.Must(catalogue.Sentinel, "MICRO_DEPOSIT_AMOUNTS_WRONG")
	errMicroLocked    = catalogue.Must(catalogue.Sentinel, "MICRO_DEPOSITS_LOCKED")
	errReissue        = catalogue.Must(catalogue.Sentinel, "REISSUE_NOT_POSSIBLE")
)

// microDeposits is how far the customer has come. The amounts follow from the seed.
type microDeposits struct {
	Reissues int `json:"reissues,omitempty"`
	Tries    int `json:"tries,omitempty"` // wrong ones with the pair of now
}

// locked tells whether the pair of now has no tries left.
func (m microDeposits) locked() bool { return m.Tries >= microTries }

// last tells whether no further pair may be sent.
func (m microDeposits) last() bool { return m.Reissues >= microSets-1 }

// microPair is the n-th pair of amounts of a relationship in cents, from 0. The two differ, so that one amount twice is
// always wrong, and a pair differs from those before it, so that old amounts are.
func microPair(w *world.World, relationship string, n int) [2]int64 {
	taken := map[[2]int64]bool{}
	for i := range n {
		taken[sorted(microPair(w, relationship, i))] = true
	}
	for try := 0; ; try++ {
		draw := func(which string) int64 {
			b := w.Derive("sentinel.micro_deposit", relationship, strconv.Itoa(n), strconv.Itoa(try), which)
			return 1 + int64(b.Number(microCents-1))
		}
		pair := [2]int64{draw("1"), draw("2")}
		if pair[0] != pair[1] && !taken[sorted(pair)] {
			return pair
		}
	}
}

// sorted makes the order of a pair not matter (ETNA).
func sorted(pair [2]int64) [2]int64 { return [2]int64{min(pair[0], pair[1]), max(pair[0], pair[1])} }

// microRelationship finds the relationship of the path and holds it against what approve and reissue need. Errors, in
// order of checking: RELATIONSHIP_NOT_FOUND, APPROVAL_METHOD_MISMATCH, RELATIONSHIP_INVALID_STATE.
func microRelationship(c *api.Call, action string) (relationship, error) {
	r, err := relationshipAt(c, c.Params["relationshipId"])
	switch {
	case err != nil:
		return r, err
	case r.Method != methodMicroDeposit:
		return r, errApprovalMethod.New("id", r.ID, "method", r.Method)
	case r.Status != relationshipPending:
		return r, errRelationshipState.New("id", r.ID, "status", r.Status, "action", action)
	}
	return r, nil
}

// relationshipApprove compares the amounts that the customer saw with those that were sent, also before they are said
// to be COMPLETE: a client of UAT reads them at once. A wrong try counts although it is refused; the third one of the
// third pair cancels the relationship. Success and the third wrong try take the deposits back. Errors, in order of
// checking: those of microRelationship, VALIDATION_FAILED for another method and for amounts that no micro-deposit has
// (neither is a try), MICRO_DEPOSITS_LOCKED when no tries are left and when the pair failed,
// MICRO_DEPOSIT_AMOUNTS_WRONG.
func relationshipApprove(c *api.Call) (any, error) {
	r, err := microRelationship(c, "approved")
	if err != nil {
		return nil, err
	}
	if c.Body.Text("method") != r.Method {
		return nil, invalid("method", "must be the relationship's approvalMethod, "+r.Method)
	}
	var told [2]int64
	for i := range told {
		name := fmt.Sprintf("amount%d", i+1)
		cents, ok := amountOf(c.Body.Fields[name])
		if !ok || cents >= microCents {
			return nil, invalid(name, "must be dollars above 0 and below 1 with at most two decimals, such as 0.03")
		}
		told[i] = cents
	}
	if r.Micro.locked() {
		return nil, errMicroLocked.New("id", r.ID)
	}
	if state, failed := r.pairFailed(c.World); failed {
		return nil, errMicroLocked.Variant("failed", "id", r.ID, "state", string(state))
	}
	if sorted(told) != sorted(microPair(c.World, r.ID, r.Micro.Reissues)) {
		return nil, r.wrongTry(c)
	}
	r.Status = relationshipApproved
	r.Approval = &approval{At: c.Now, By: caller(c)}
	r = r.store(c)
	r.recallPair(c.World)
	return r.body(c), nil
}

// wrongTry counts a try and is its error.
func (r relationship) wrongTry(c *api.Call) error {
	r.Micro.Tries++
	if r.Micro.locked() && r.Micro.last() {
		r.Status = relationshipCanceled
		r.Cancellation = &cancellation{At: c.Now, By: caller(c), Reason: exhausted}
	}
	r.store(c)
	if r.Micro.locked() {
		r.recallPair(c.World)
	}
	return errMicroWrong.New("left", strconv.Itoa(microTries-r.Micro.Tries))
}

// relationshipReissue sends a new pair of amounts. Errors, in order of checking: those of microRelationship,
// REISSUE_NOT_POSSIBLE when two were sent already or when tries are left for a pair that has not failed.
func relationshipReissue(c *api.Call) (any, error) {
	r, err := microRelationship(c, "reissued")
	if err != nil {
		return nil, err
	}
	_, failed := r.pairFailed(c.World)
	switch {
	case r.Micro.last():
		return nil, errReissue.New("id", r.ID, "reason", "two reissues are used")
	case !r.Micro.locked() && !failed:
		left := strconv.Itoa(microTries - r.Micro.Tries)
		return nil, errReissue.New("id", r.ID, "reason", "tries left for this pair "+left)
	}
	r.Micro = microDeposits{Reissues: r.Micro.Reissues + 1}
	r = r.store(c)
	return r.body(c), r.sendPair(c)
}

// simulateMicroDeposits is the test mode's view into the customer's bank account: the two amounts of the last pair in
// dollars, in an array. Errors, in order of checking: RELATIONSHIP_NOT_FOUND, APPROVAL_METHOD_MISMATCH.
func simulateMicroDeposits(c *api.Call) (any, error) {
	r, err := relationshipAt(c, c.Params["relationshipId"])
	if err != nil {
		return nil, err
	}
	if r.Method != methodMicroDeposit {
		return nil, errApprovalMethod.New("id", r.ID, "method", r.Method)
	}
	pair := microPair(c.World, r.ID, r.Micro.Reissues)
	return []json.Number{dollars(pair[0]), dollars(pair[1])}, nil
}
