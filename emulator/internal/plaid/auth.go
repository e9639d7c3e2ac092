package plaid

import (
	"slices"

	"tweed/emulator/internal/api"
	"tweed/emulator/internal/dataset"
)

type achNumbers struct {
	Account                  string  `json:"account"`
	AccountID                string  `json:"account_id"`
	IsTokenizedAccountNumber bool    `json:"is_tokenized_account_number"`
	Routing                  string  `json:"routing"`
	WireRouting              *string `json:"wire_routing"`
}

type bacsNumbers struct {
	Account   string `json:"account"`
	AccountID string `json:"account_id"`
	SortCode  string `json:"sort_code"`
}

type eftNumbers struct {
	Account     string `json:"account"`
	AccountID   string `json:"account_id"`
	Branch      string `json:"branch"`
	Institution string `json:"institution"`
}

type internationalNumbers struct {
	AccountID string `json:"account_id"`
	BIC       string `json:"bic"`
	IBAN      string `json:"iban"`
}

type authNumbers struct {
	ACH           []achNumbers           `json:"ach"`
	BACS          []bacsNumbers          `json:"bacs"`
	EFT           []eftNumbers           `json:"eft"`
	International []internationalNumbers `json:"international"`
}

func (a account) hasNumbers() bool {
	return a.ach != nil || a.other.EFTInstitution != "" || a.other.InternationalIBAN != "" || a.other.BACSSortCode != ""
}

// numbersOf lists the numbers of accounts, system by system, in the accounts' order.
func numbersOf(all []account) authNumbers {
	out := authNumbers{
		ACH: []achNumbers{}, BACS: []bacsNumbers{}, EFT: []eftNumbers{}, International: []internationalNumbers{},
	}
	for _, a := range all {
		if a.ach != nil {
			wire := &a.ach.WireRouting
			if *wire == "" {
				wire = nil
			}
			out.ACH = append(out.ACH, achNumbers{
				Account: a.ach.Account, AccountID: a.ID, Routing: a.ach.Routing, WireRouting: wire,
			})
		}
		n := a.other
		if n.BACSSortCode != "" {
			out.BACS = append(out.BACS, bacsNumbers{Account: n.Account, AccountID: a.ID, SortCode: n.BACSSortCode})
		}
		if n.EFTInstitution != "" {
			out.EFT = append(out.EFT, eftNumbers{
				Account: n.Account, AccountID: a.ID, Branch: n.EFTBranch, Institution: n.EFTInstitution,
			})
		}
		if n.InternationalIBAN != "" {
			out.International = append(out.International, internationalNumbers{
				AccountID: a.ID, BIC: n.InternationalBIC, IBAN: n.InternationalIBAN,
			})
		}
	}
	return out
}

type authResponse struct {
	Accounts  []accountBody `json:"accounts"`
	Item      itemBody      `json:"item"`
	Numbers   authNumbers   `json:"numbers"`
	RequestID string        `json:"request_id"`
}

// authGet lists the accounts that have numbers, with the numbers; the ach array is not
// in the order of the accounts (observed 2026-09: cash management first). That only the
// accounts with numbers are listed is one of two contradicting notes of 2026-09, and what
// plaid.com/docs/api/products/auth says. Errors, in order of checking: those of product,
// INVALID_ACCOUNT_ID, NO_AUTH_ACCOUNTS.
func authGet(c *api.Call, req accountsRequest) (authResponse, error) {
	item, err := product(c, req.AccessToken, "auth")
	if err != nil {
		return authResponse{}, err
	}
	chosen, err := req.choose(c.World, item)
	if err != nil {
		return authResponse{}, err
	}
	chosen = slices.DeleteFunc(chosen, func(a account) bool { return !a.hasNumbers() })
	if len(chosen) == 0 {
		return authResponse{}, errNoAuthAccounts.New()
	}
	return authResponse{
		Accounts: bodies(chosen), Item: item.body(c.World), RequestID: c.RequestID,
		Numbers: numbersOf(item.inACHOrder(chosen)),
	}, nil
}

// inACHOrder sorts accounts as the ach array has them.
func (i Item) inACHOrder(all []account) []account {
	user, ok := dataset.FindUser(i.User)
	if !ok {
		return all
	}
	order := user.AccountSet().ACHOrder
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b account) int {
		return slices.Index(order, a.Mask) - slices.Index(order, b.Mask)
	})
	return out
}
