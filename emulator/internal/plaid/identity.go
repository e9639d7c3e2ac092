package plaid

import (
	"tweed/emulator/internal/api"
	"tweed/emulator/internal/dataset"
)

type address struct {
	City       string  `json:"city"`
	Country    *string `json:"country"`
	PostalCode *string `json:"postal_code"`
	Region     *string `json:"region"`
	Street     string  `json:"street"`
}

type addressOfOwner struct {
	Data    address `json:"data"`
	Primary bool    `json:"primary"`
}

type email struct {
	Data    string `json:"data"`
	Primary bool   `json:"primary"`
	Type    string `json:"type"`
}

type phoneNumber struct {
	Data    string `json:"data"`
	Primary bool   `json:"primary"`
	Type    string `json:"type"`
}

type owner struct {
	Addresses    []addressOfOwner `json:"addresses"`
	Emails       []email          `json:"emails"`
	Names        []string         `json:"names"`
	PhoneNumbers []phoneNumber    `json:"phone_numbers"`
}

// ownerOf turns a person of the fixtures into Plaid's form.
func ownerOf(p *dataset.Owner) owner {
	out := owner{
		Addresses: make([]addressOfOwner, len(p.Addresses)), Emails: make([]email, len(p.Emails)),
		Names: p.Names, PhoneNumbers: make([]phoneNumber, len(p.Phones)),
	}
	for n := range p.Addresses {
		a := &p.Addresses[n]
		out.Addresses[n] = addressOfOwner{Primary: a.Primary, Data: address{
			City: a.City, Country: &a.Country, PostalCode: &a.PostalCode, Region: &a.Region, Street: a.Street,
		}}
	}
	for n, e := range p.Emails {
		out.Emails[n] = email(e)
	}
	for n, p := range p.Phones {
		out.PhoneNumbers[n] = phoneNumber(p)
	}
	return out
}

// ownerName is the name of the account's first owner, "" if nobody is known.
func (a account) ownerName() string {
	for _, o := range a.owners {
		if len(o.Names) > 0 {
			return o.Names[0]
		}
	}
	return ""
}

type identityAccount struct {
	AccountID      string   `json:"account_id"`
	Balances       balances `json:"balances"`
	HolderCategory *string  `json:"holder_category,omitempty"`
	Mask           *string  `json:"mask"`
	Name           string   `json:"name"`
	OfficialName   *string  `json:"official_name"`
	Owners         []owner  `json:"owners"`
	Subtype        *string  `json:"subtype"`
	Type           string   `json:"type"`
}

func (a account) withOwners() identityAccount {
	b := a.body()
	return identityAccount{
		AccountID: b.AccountID, Balances: b.Balances, HolderCategory: b.HolderCategory, Mask: b.Mask,
		Name: b.Name, OfficialName: b.OfficialName, Owners: a.owners, Subtype: b.Subtype, Type: b.Type,
	}
}

type identityResponse struct {
	Accounts  []identityAccount `json:"accounts"`
	Item      itemBody          `json:"item"`
	RequestID string            `json:"request_id"`
}

// identityGet lists the accounts with their owners. Errors, in order of checking: those
// of product, INVALID_ACCOUNT_ID.
func identityGet(c *api.Call, req accountsRequest) (identityResponse, error) {
	item, err := product(c, req.AccessToken, "identity")
	if err != nil {
		return identityResponse{}, err
	}
	chosen, err := req.choose(c.World, item)
	if err != nil {
		return identityResponse{}, err
	}
	out := identityResponse{
		Accounts: make([]identityAccount, len(chosen)), Item: item.body(c.World), RequestID: c.RequestID,
	}
	for n, a := range chosen {
		out.Accounts[n] = a.withOwners()
	}
	return out, nil
}
