package plaid

import "tweed/emulator/internal/world"

// beginUpdate begins update mode, which asks only for what the Item lacks: the deposits of an
// account that waits for them, a login, a choice of accounts. A sound Item is connected at
// once. Ways to exit: ITEM_NOT_FOUND.
func (f *linkFlow) beginUpdate() {
	item, ok := items.Get(f.w, f.s.Ask.Item)
	if !ok || item.Removed {
		f.exit(errItemNotFound.New(), "")
		return
	}
	f.s.Institution, f.s.Item = item.Institution, &item
	switch {
	case item.Manual != nil && item.Manual.Status == statusPendingManual:
		f.to(paneDeposits, viewSameDay)
	case item.trouble(f.w) != nil && item.Manual == nil:
		f.toLogin()
	default:
		f.toAccounts()
	}
}

// keepUpdate writes what update mode has changed, and sends LOGIN_REPAIRED for an Item that
// was in ITEM_LOGIN_REQUIRED. Its access token stays as it is: the public token need not be
// exchanged (documented).
func (f *linkFlow) keepUpdate(item *Item) error {
	now, ok := items.Get(f.w, item.ID)
	if !ok || now.Removed {
		return errItemNotFound.New()
	}
	if f.s.Chosen != nil {
		now.Only = item.Only
	}
	if f.s.User != "" || f.s.OAuth != nil {
		now = f.repaired(now)
	}
	items.Put(f.w, now.ID, now)
	*item = now
	if f.s.Password == "" {
		return nil
	}
	return f.s.login().keep(f.w, now)
}

// repaired is an Item whose user has logged in again.
func (f *linkFlow) repaired(item Item) Item {
	trouble := asRow(item.trouble(f.w))
	item = item.loggedIn(f.w)
	if trouble != nil && trouble.Row == errLoginRequired {
		itemWebhook(f.w, &item, "LOGIN_REPAIRED", map[string]any{})
	}
	return item
}

// loggedIn is an Item whose user has proven to be who it is.
func (i Item) loggedIn(w *world.World) Item {
	challenges.Delete(w, i.ID)
	i.Error, i.Healthy = "", w.Now()
	return i
}
