package plaid

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"time"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/world"
)

type syncOptions struct {
	AccountID string `json:"account_id"`
	Days      *whole `json:"days_requested"`
	transactionOptions
}

type syncRequest struct {
	AccessToken string      `json:"access_token"`
	Count       *whole      `json:"count"`
	Cursor      string      `json:"cursor"`
	Options     syncOptions `json:"options"`
}

func (r syncRequest) check() error {
	if err := checkPage("", countOr(r.Count), 0, maxTransactions); err != nil {
		return err
	}
	return historyRange{Days: r.Options.Days}.check("options.")
}

type removedTransaction struct {
	AccountID     string `json:"account_id"`
	TransactionID string `json:"transaction_id"`
}

// syncPage is what all answers about changes have.
type syncPage struct {
	Added        []transactionBody    `json:"added"`
	HasMore      bool                 `json:"has_more"`
	Modified     []transactionBody    `json:"modified"`
	NextCursor   string               `json:"next_cursor"`
	Removed      []removedTransaction `json:"removed"`
	RequestID    string               `json:"request_id"`
	UpdateStatus string               `json:"transactions_update_status"`
}

type syncResponse struct {
	Accounts []accountBody `json:"accounts"`
	syncPage
}

// transactionsSync tells what changed since a cursor: in pages, of which the changes of
// one update may be split (documented). Without a cursor all is new. The first call adds
// the product to an Item that lacks it; before the data are ready it answers with nothing
// and an empty cursor (documented). Errors, in order of checking: INVALID_FIELD for a
// count or days_requested that cannot be, those of product, INVALID_ACCOUNT_ID, those of
// sync.
func transactionsSync(c *api.Call, req syncRequest) (syncResponse, error) {
	if err := req.check(); err != nil {
		return syncResponse{}, err
	}
	item, err := product(c, req.AccessToken, productTransactions)
	if err != nil {
		return syncResponse{}, err
	}
	h, page, err := item.sync(c, req)
	if err != nil {
		return syncResponse{}, err
	}
	return syncResponse{Accounts: h.accountsShown(req.Options.AccountID), syncPage: page}, nil
}

// everyAccount stands for no account in particular.
const everyAccount = -1

// sync makes one page. Errors, in order of checking: INVALID_ACCOUNT_ID, INVALID_FIELD for
// a cursor that is not of this Item or not for this account (observed text),
// TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION if the transactions changed since the page
// before.
func (i Item) sync(c *api.Call, req syncRequest) (*history, syncPage, error) {
	s, f := current(c.World, i, historyRange{Days: req.Options.Days})
	if !f.Synced {
		f.Synced = true
		feeds.Put(c.World, i.ID, f)
	}
	h := i.history(c.World, f, s)
	at := everyAccount
	if id := req.Options.AccountID; id != "" {
		at = slices.IndexFunc(h.accounts, func(a account) bool { return a.ID == id })
		if at < 0 {
			return nil, syncPage{}, errAccountID.New()
		}
	}
	k, ok := i.cursorOf(c.World, req.Cursor, at, s)
	if !ok {
		return nil, syncPage{}, errInvalidField.Text("cursor not associated with access_token")
	}
	if k.to.Part == partNone {
		k.to = s
	} else if len(h.changes(k.to, s, at)) > 0 {
		return nil, syncPage{}, errMutation.New()
	}
	page := h.page(k, int(countOr(req.Count)), req.Options.transactionOptions)
	page.RequestID = c.RequestID
	return h, page, nil
}

// updateStatuses are transactions_update_status by the part that is ready.
var updateStatuses = []string{"NOT_READY", "INITIAL_UPDATE_COMPLETE", "HISTORICAL_UPDATE_COMPLETE"}

// page is the part of the changes between two snapshots that a cursor stands at.
func (h *history) page(k cursor, count int, o transactionOptions) syncPage {
	out := syncPage{
		Added: []transactionBody{}, Modified: []transactionBody{}, Removed: []removedTransaction{},
		UpdateStatus: updateStatuses[h.upto.Part],
	}
	if h.upto.Part == partNone {
		return out
	}
	all := h.changes(k.from, k.to, k.account)
	rest := all[min(k.offset, len(all)):]
	for _, change := range rest[:min(count, len(rest))] {
		e := &h.entries[change.entry]
		switch change.kind {
		case added:
			out.Added = append(out.Added, h.body(e, k.to, o))
		case modified:
			out.Modified = append(out.Modified, h.body(e, k.to, o))
		default:
			out.Removed = append(out.Removed, h.removal(e))
		}
	}
	next := cursor{from: k.to, account: k.account}
	if out.HasMore = len(rest) > count; out.HasMore {
		next = cursor{from: k.from, to: k.to, offset: k.offset + count, account: k.account}
	}
	out.NextCursor = h.item.cursorText(h.w, next)
	return out
}

func (h *history) removal(e *entry) removedTransaction {
	return removedTransaction{AccountID: h.accounts[e.account].ID, TransactionID: e.id(h.w, h.item, e.pending)}
}

// accountsShown are the accounts that have transactions (documented), or the one asked for.
func (h *history) accountsShown(id string) []accountBody {
	has := map[int]bool{}
	for n := range h.entries {
		if h.entries[n].shown(h.upto) {
			has[h.entries[n].account] = true
		}
	}
	out := []accountBody{}
	for n, a := range h.accounts {
		if id == a.ID || id == "" && has[n] {
			out = append(out, a.body())
		}
	}
	return out
}

// changeKind says what became of a transaction.
type changeKind uint8

const (
	added changeKind = iota
	modified
	removed
)

type change struct {
	kind  changeKind
	entry int
}

// changes is what differs between two snapshots, in the order in which it came (documented:
// by ascending time of the last modification): of the history the first part, then the
// second, each newest first; then one day after the other; then what was modified, then
// what was removed.
func (h *history) changes(from, to snapshot, account int) []change {
	var first, second, later, rest, gone []change
	started := dayOf(h.feed.Started)
	for n := range h.entries {
		e := &h.entries[n]
		if account != everyAccount && account != e.account {
			continue
		}
		was, is := e.shown(from), e.shown(to)
		switch {
		case was && !is:
			gone = append(gone, change{removed, n})
		case was && is && to.reached(e.revised) && !from.reached(e.revised):
			rest = append(rest, change{modified, n})
		case was || !is:
		case e.since.part == partAll:
			second = append(second, change{added, n})
		case e.since.updates == 0 && e.since.day <= started:
			first = append(first, change{added, n})
		default:
			later = append(later, change{added, n})
		}
	}
	slices.Reverse(later)
	return slices.Concat(first, second, later, rest, gone)
}

// cursor is where a client stands: which snapshot it has, and how far it is on the way to
// the next one.
type cursor struct {
	from, to snapshot // to has no part between two ways
	offset   int
	account  int
}

// cursorNow is the cursor that skips all there is (OpenAPI file).
const cursorNow = "now"

const (
	snapshotLength = 13
	sealLength     = 6
	cursorLength   = 2*snapshotLength + 4 + 2 + sealLength
)

// cursorText writes a cursor: base64, as documented, and sealed for the Item.
func (i Item) cursorText(w *world.World, k cursor) string {
	text := make([]byte, 0, cursorLength)
	for _, s := range []snapshot{k.from, k.to} {
		text = append(text, byte(s.Part))
		text = binary.BigEndian.AppendUint64(text, uint64(s.AsOf.UnixMilli()))
		text = binary.BigEndian.AppendUint32(text, uint32(s.Updates))
	}
	text = binary.BigEndian.AppendUint32(text, uint32(k.offset))
	text = binary.BigEndian.AppendUint16(text, uint16(k.account+1))
	return base64.StdEncoding.EncodeToString(append(text, i.seal(w, text)...))
}

func (i Item) seal(w *world.World, text []byte) []byte {
	b := w.Derive("cursor", i.ID, string(text))
	return b[:sealLength]
}

// cursorOf reads a cursor. It returns false for one that is not of this Item, or was made
// for other accounts.
func (i Item) cursorOf(w *world.World, text string, account int, now snapshot) (cursor, bool) {
	switch text {
	case "":
		return cursor{account: account}, true
	case cursorNow:
		return cursor{from: now, account: account}, true
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != cursorLength {
		return cursor{}, false
	}
	body, seal := raw[:cursorLength-sealLength], raw[cursorLength-sealLength:]
	if !bytes.Equal(i.seal(w, body), seal) {
		return cursor{}, false
	}
	rest := body[2*snapshotLength:]
	k := cursor{
		from: snapshotOf(body), to: snapshotOf(body[snapshotLength:]), offset: int(binary.BigEndian.Uint32(rest)),
		account: int(binary.BigEndian.Uint16(rest[4:])) - 1,
	}
	return k, k.account == account
}

func snapshotOf(text []byte) snapshot {
	return snapshot{
		Part: int8(text[0]), AsOf: time.UnixMilli(int64(binary.BigEndian.Uint64(text[1:]))).UTC(),
		Updates: int(binary.BigEndian.Uint32(text[9:])),
	}
}
