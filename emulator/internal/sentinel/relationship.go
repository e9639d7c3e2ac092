package sentinel

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/catalogue"
	"tweed/emulator/internal/world"
)

// relationship ties a bank account to an Apex account.
type relationship struct {
	ID           string        `json:"id"`
	Owner        string        `json:"owner"`   // code of the correspondent, in capital letters
	Account      string        `json:"account"` // Apex account, 8 characters
	Bank         bankAccount   `json:"bank"`
	Nickname     string        `json:"nickname,omitempty"`
	Method       string        `json:"method"` // approvalMethod
	Status       string        `json:"status"`
	Created      time.Time     `json:"created"`
	Approval     *approval     `json:"approval,omitempty"`
	Cancellation *cancellation `json:"cancellation,omitempty"`
	Micro        microDeposits `json:"micro,omitzero"`
	Changes      []correction  `json:"changes,omitempty"` // notifications of change, the last one last
}

type approval struct {
	At time.Time `json:"at"`
	By actor     `json:"by"`
}

type cancellation struct {
	At      time.Time `json:"at"`
	By      actor     `json:"by"`
	Comment string    `json:"comment,omitempty"`
	Reason  string    `json:"reason,omitempty"`
}

// actor is who did something, as Sentinel names them.
type actor struct {
	UserName   string `json:"userName"`
	UserEntity string `json:"userEntity"`
	UserClass  string `json:"userClass"`
}

// The statuses of a relationship, spelled as Apex does (Alpaca's gobroker, klane67/apex_clearing).
const (
	relationshipPending  = "PENDING"
	relationshipApproved = "APPROVED"
	relationshipCanceled = "CANCELED"
)

var relationshipStatuses = []string{relationshipPending, relationshipApproved, relationshipCanceled}

// relationships are by id, which is the order of creation.
var (
	relationships          = world.NewTable[relationship]("sentinel.relationship", 1)
	relationshipsOfAccount = relationships.Index(func(r relationship) string { return r.Account })
)

var (
	errRelationship      = catalogue.Must(catalogue.Sentinel, "RELATIONSHIP_NOT_FOUND")
	errRelationshipState = catalogue.Must(catalogue.Sentinel, "RELATIONSHIP_INVALID_STATE")
)

// newRelationshipID makes an id of 24 hex digits in the form of a MongoDB ObjectId: 4 bytes of creation time (decoded
// from an id in ETNA's documents and the time stated beside it), 5 bytes of the world, 3 bytes that count up.
func newRelationshipID(w *world.World) string {
	const kind = "sentinel.relationship"
	process := w.Derive(kind)
	count := binary.BigEndian.Uint32(process[60:])>>16 + uint32(w.Count(kind))
	id := binary.BigEndian.AppendUint32(nil, uint32(w.Now().Unix()))
	id = append(id, process[:5]...)
	id = append(id, byte(count>>16), byte(count>>8), byte(count))
	return hex.EncodeToString(id)
}

type relationshipBody struct {
	ID               string            `json:"id"`
	Account          string            `json:"account"`
	BankRouting      string            `json:"bankRoutingNumber"`
	BankAccount      string            `json:"bankAccount"`
	BankAccountOwner string            `json:"bankAccountOwnerName"`
	BankAccountType  string            `json:"bankAccountType"`
	Nickname         string            `json:"nickname"`
	ApprovalMethod   string            `json:"approvalMethod"`
	Status           string            `json:"status"`
	CreationTime     string            `json:"creationTime"`
	Approval         *approvalBody     `json:"approval"`
	Cancellation     *cancellationBody `json:"cancellation"`
}

type approvalBody struct {
	ApprovalTime string `json:"approvalTime"`
	ApprovedBy   actor  `json:"approvedBy"`
}

type cancellationBody struct {
	Comment          string  `json:"comment"`
	Reason           *string `json:"reason"`
	CancellationTime string  `json:"cancellationTime"`
	CanceledBy       *actor  `json:"cancelledBy,omitempty"` // not in v1; two Ls
}

// body is the relationship as an answer has it: the same in every call (Alpaca's gobroker, klane67/apex_clearing).
func (r relationship) body(c *api.Call) relationshipBody {
	out := relationshipBody{
		ID: r.ID, Account: r.Account, BankRouting: r.Bank.Routing, BankAccount: r.Bank.masked(),
		BankAccountOwner: r.Bank.Owner, BankAccountType: r.Bank.Type, Nickname: r.Nickname,
		ApprovalMethod: r.Method, Status: r.Status, CreationTime: r.Created.Format(timeForm),
	}
	if r.Approval != nil {
		out.Approval = &approvalBody{ApprovalTime: r.Approval.At.Format(timeForm), ApprovedBy: r.Approval.By}
	}
	if r.Cancellation != nil {
		out.Cancellation = &cancellationBody{
			Comment: r.Cancellation.Comment, CancellationTime: r.Cancellation.At.Format(timeForm),
		}
		if r.Cancellation.Reason != "" {
			out.Cancellation.Reason = &r.Cancellation.Reason
		}
		if !strings.HasPrefix(c.Op.Path, "/sentinel/api/v1/") {
			out.Cancellation.CanceledBy = &r.Cancellation.By
		}
	}
	return out
}

// caller is who makes the call.
func caller(c *api.Call) actor {
	kept, _ := c.Kept("session")
	s, _ := kept.(session)
	return actor{UserName: c.Client.ID, UserEntity: s.Claims.UserEntity, UserClass: s.Claims.UserClass}
}

// relationshipCreate ties a bank account to an Apex account. With a Plaid processor token, or with the numbers and the
// method PLAID, it is approved at once (ETNA, Orbis); with any other method it is PENDING, and with MICRO_DEPOSIT the
// first pair is sent. Errors: those of bankOf.
func relationshipCreate(c *api.Call) (any, error) {
	method := c.Body.Text("approvalMethod")
	bank, err := bankOf(c, method)
	if err != nil {
		return nil, err
	}
	r := relationship{
		ID: newRelationshipID(c.World), Account: c.Body.Text("account"), Bank: bank, Nickname: c.Body.Text("nickname"),
		Method: method, Status: relationshipPending, Created: c.Now, Owner: correspondent(c),
	}
	if bank.Token != "" || method == methodPlaid {
		r.Status = relationshipApproved
		r.Approval = &approval{At: c.Now, By: caller(c)}
	}
	r = r.store(c)
	if r.Status == relationshipPending && method == methodMicroDeposit {
		err = r.sendPair(c)
	}
	return r.body(c), err
}

// store keeps a relationship; every change of a status comes through here.
func (r relationship) store(c *api.Call) relationship {
	r.publish(c.World)
	relationships.Put(c.World, r.ID, r)
	return r
}

func relationshipAt(c *api.Call, id string) (relationship, error) {
	r, ok := relationships.Get(c.World, id)
	if !ok {
		return r, errRelationship.New("id", id)
	}
	return r, nil
}

// relationshipGet answers with one relationship. Errors: RELATIONSHIP_NOT_FOUND.
func relationshipGet(c *api.Call) (any, error) {
	r, err := relationshipAt(c, c.Params["relationshipId"])
	if err != nil {
		return nil, err
	}
	return r.body(c), nil
}

// relationshipList answers with a bare array in the order of creation (klane67/apex_clearing, v2), chosen by account
// and status if the query has them. Errors: VALIDATION_FAILED for a status that is none (assumed).
func relationshipList(c *api.Call) (any, error) {
	account, status := c.Body.Text("account"), c.Body.Text("status")
	if status != "" && !slices.Contains(relationshipStatuses, status) {
		return nil, invalid("status", "must be one of "+strings.Join(relationshipStatuses, ", "))
	}
	out := []relationshipBody{}
	add := func(r relationship) {
		if status == "" || r.Status == status {
			out = append(out, r.body(c))
		}
	}
	if account == "" {
		for _, r := range relationships.All(c.World) {
			add(r)
		}
		return out, nil
	}
	for _, id := range relationshipsOfAccount.Keys(c.World, account) {
		r, _ := relationships.Get(c.World, id)
		add(r)
	}
	return out, nil
}

// relationshipCancel ends a relationship that is pending or approved. Errors, in order of checking:
// RELATIONSHIP_NOT_FOUND, RELATIONSHIP_INVALID_STATE.
func relationshipCancel(c *api.Call) (any, error) {
	r, err := relationshipAt(c, c.Params["relationshipId"])
	if err != nil {
		return nil, err
	}
	if r.Status == relationshipCanceled {
		return nil, errRelationshipState.New("id", r.ID, "status", r.Status, "action", "canceled")
	}
	return r.cancel(c, c.Body.Text("comment")).body(c), nil
}

// cancel ends a relationship; its micro-deposits are taken back.
func (r relationship) cancel(c *api.Call, comment string) relationship {
	r.Status = relationshipCanceled
	r.Cancellation = &cancellation{At: c.Now, By: caller(c), Comment: comment}
	r = r.store(c)
	r.recallPair(c.World)
	return r
}

// relationshipRename changes the nickname, and nothing else whatever else is sent (klane67/apex_clearing). That it may
// not be empty or null has been checked. Errors: RELATIONSHIP_NOT_FOUND.
func relationshipRename(c *api.Call) (any, error) {
	r, err := relationshipAt(c, c.Params["relationshipId"])
	if err != nil {
		return nil, err
	}
	r.Nickname = c.Body.Text("nickname")
	return r.store(c).body(c), nil
}
