package plaid

import (
	"tweed/emulator/internal/api"
)

const productIdentityMatch = "identity_match"

// matchUser is who somebody claims to be.
type matchUser struct {
	Address *struct {
		City       *string `json:"city"`
		Country    *string `json:"country"`
		PostalCode *string `json:"postal_code"`
		Region     *string `json:"region"`
		Street     *string `json:"street"`
	} `json:"address"`
	Email     *string `json:"email_address"`
	LegalName *string `json:"legal_name"`
	Phone     *string `json:"phone_number"`
}

// score is how well one value fits, from 0 to 100.
type score struct {
	Score int `json:"score"`
}

type nameScore struct {
	IsBusinessNameDetected     bool `json:"is_business_name_detected"`
	IsFirstNameOrLastNameMatch bool `json:"is_first_name_or_last_name_match"`
	IsNicknameMatch            bool `json:"is_nickname_match"`
	Score                      int  `json:"score"`
}

type addressScore struct {
	IsPostalCodeMatch bool `json:"is_postal_code_match"`
	Score             int  `json:"score"`
}

// matchAccount is an account with what fits its owners. What was not asked for is null, and
// so are balances (OpenAPI file).
type matchAccount struct {
	AccountID      string        `json:"account_id"`
	Address        *addressScore `json:"address"`
	Balances       balances      `json:"balances"`
	EmailAddress   *score        `json:"email_address"`
	HolderCategory *string       `json:"holder_category,omitempty"`
	LegalName      *nameScore    `json:"legal_name"`
	Mask           *string       `json:"mask"`
	Name           string        `json:"name"`
	OfficialName   *string       `json:"official_name"`
	PhoneNumber    *score        `json:"phone_number"`
	Subtype        *string       `json:"subtype"`
	Type           string        `json:"type"`
}

// matched compares a user with the owners of an account. The best of several counts.
func (a account) matched(u *matchUser) matchAccount {
	b := a.body()
	out := matchAccount{
		AccountID: b.AccountID, HolderCategory: b.HolderCategory, Mask: b.Mask, Name: b.Name, OfficialName: b.OfficialName,
		Subtype: b.Subtype, Type: b.Type,
	}
	if u == nil {
		return out
	}
	for _, o := range a.owners {
		if textOr(u.LegalName, "") != "" {
			for _, name := range o.Names {
				out.LegalName = better(out.LegalName, matchNames(*u.LegalName, name), func(s *nameScore) int { return s.Score })
			}
		}
		if textOr(u.Email, "") != "" {
			for _, e := range o.Emails {
				out.EmailAddress = better(out.EmailAddress, &score{matchEmails(*u.Email, e.Data)}, scoreOf)
			}
		}
		if textOr(u.Phone, "") != "" {
			for _, p := range o.PhoneNumbers {
				out.PhoneNumber = better(out.PhoneNumber, &score{matchPhones(*u.Phone, p.Data)}, scoreOf)
			}
		}
		if u.Address != nil {
			given := address{
				City: textOr(u.Address.City, ""), Country: u.Address.Country, PostalCode: u.Address.PostalCode,
				Region: u.Address.Region, Street: textOr(u.Address.Street, ""),
			}
			for _, home := range o.Addresses {
				out.Address = better(out.Address, matchAddresses(given, home.Data), func(s *addressScore) int { return s.Score })
			}
		}
	}
	return out
}

func scoreOf(s *score) int { return s.Score }

// better returns the one with the higher score, the first of equals.
func better[T any](old, other *T, score func(*T) int) *T {
	if old == nil || score(other) > score(old) {
		return other
	}
	return old
}

type identityMatchRequest struct {
	accountsRequest
	User *matchUser `json:"user"`
}

type identityMatchResponse struct {
	Accounts  []matchAccount `json:"accounts"`
	Item      itemBody       `json:"item"`
	RequestID string         `json:"request_id"`
}

// identityMatch tells how well a user fits the owners of the accounts. Errors, in order of
// checking: those of product, INVALID_ACCOUNT_ID.
func identityMatch(c *api.Call, req identityMatchRequest) (identityMatchResponse, error) {
	item, err := product(c, req.AccessToken, productIdentityMatch)
	if err != nil {
		return identityMatchResponse{}, err
	}
	chosen, err := req.choose(c.World, item)
	if err != nil {
		return identityMatchResponse{}, err
	}
	out := identityMatchResponse{Accounts: []matchAccount{}, Item: item.body(c.World), RequestID: c.RequestID}
	for _, a := range chosen {
		out.Accounts = append(out.Accounts, a.matched(req.User))
	}
	return out, nil
}

type processorMatchRequest struct {
	ProcessorToken string     `json:"processor_token"`
	User           *matchUser `json:"user"`
}

type processorMatchResponse struct {
	Account   matchAccount `json:"account"`
	RequestID string       `json:"request_id"`
}

// processorIdentityMatch is identityMatch for the token's account. Errors: those of
// byProcessorToken, with the permission for identity (assumed).
func processorIdentityMatch(c *api.Call, req processorMatchRequest) (processorMatchResponse, error) {
	_, acc, err := byProcessorToken(c, req.ProcessorToken, productIdentity)
	if err != nil {
		return processorMatchResponse{}, err
	}
	return processorMatchResponse{Account: acc.matched(req.User), RequestID: c.RequestID}, nil
}
