package conformance

import (
	"strings"
	"testing"
	"time"

	"github.com/plaid/plaid-go/v41/plaid"
	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// TestMoneyPath walks Plaid's half of the guide with the SDK, from the link token to the Apex processor token.
func TestMoneyPath(t *testing.T) {
	t.Parallel()
	emu := emulator.RunT(t)
	c := newClient(t, emu.PlaidURL(), "")

	linkRequest := plaid.NewLinkTokenCreateRequest("Tweed", "en", []plaid.CountryCode{plaid.COUNTRYCODE_US})
	linkRequest.SetUser(*plaid.NewLinkTokenCreateRequestUser("user-1"))
	linkRequest.SetProducts(fundingProducts())
	link, _, err := c.LinkTokenCreate(t.Context()).LinkTokenCreateRequest(*linkRequest).Execute()
	require.NoError(t, err)
	require.Regexp(t, `^link-sandbox-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
		link.GetLinkToken())
	// plaid-ruby VCR cassettes, 2020-09: created + 4 h.
	require.WithinDuration(t, emu.World("default").Now().Add(4*time.Hour), link.GetExpiration(), time.Second)

	read, _, err := c.LinkTokenGet(t.Context()).
		LinkTokenGetRequest(*plaid.NewLinkTokenGetRequest(link.GetLinkToken())).Execute()
	require.NoError(t, err)
	metadata := read.GetMetadata()
	require.Equal(t, "Tweed", metadata.GetClientName())
	require.Equal(t, fundingProducts(), metadata.GetInitialProducts())
	require.Equal(t, []plaid.CountryCode{plaid.COUNTRYCODE_US}, metadata.GetCountryCodes())

	made := c.link()
	require.Regexp(t, `^public-sandbox-[0-9a-f-]{36}$`, made.publicToken)
	require.Regexp(t, `^access-sandbox-[0-9a-f-]{36}$`, made.accessToken)
	require.Regexp(t, `^[1-9A-Za-z]{37,38}$`, made.itemID)

	token, err := c.apexToken(made.accessToken, made.checking(t))
	require.NoError(t, err)
	require.Regexp(t, `^processor-sandbox-[0-9a-f-]{36}$`, token)
}

// TestAccounts compares the accounts of user_good with the recorded ones (public notes of Sandbox use, 2026-09;
// the first four rows also stand in plaid-java's tests).
func TestAccounts(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	made := c.link()
	rows := []struct {
		name, mask         string
		kind               plaid.AccountType
		subtype            plaid.AccountSubtype
		available, current *float64
		limit              *float64
	}{
		{"Plaid Checking", "0000", "depository", "checking", new(100.0), new(110.0), nil},
		{"Plaid Saving", "1111", "depository", "savings", new(200.0), new(210.0), nil},
		{"Plaid CD", "2222", "depository", "cd", nil, new(1000.0), nil},
		{"Plaid Credit Card", "3333", "credit", "credit card", nil, new(410.0), new(2000.0)},
		{"Plaid Money Market", "4444", "depository", "money market", new(43200.0), new(43200.0), nil},
		{"Plaid IRA", "5555", "investment", "ira", nil, new(320.76), nil},
		{"Plaid 401k", "6666", "investment", "401k", nil, new(23631.9805), nil},
		{"Plaid Student Loan", "7777", "loan", "student", nil, new(65262.0), nil},
		{"Plaid Mortgage", "8888", "loan", "mortgage", nil, new(56302.06), nil},
		{"Plaid HSA", "9001", "depository", "hsa", new(6009.0), new(6009.0), nil},
		{"Plaid Cash Management", "9002", "depository", "cash management", new(12060.0), new(12060.0), nil},
		{"Plaid Auto Loan", "9003", "loan", "auto", nil, new(23211.33), nil},
		{"Plaid Home Equity Line of Credit", "9004", "loan", "home equity", nil, new(13500.5), nil},
		{"Plaid Business Credit Card", "9999", "credit", "credit card", new(4980.0), new(5020.0), new(10000.0)},
	}
	require.Len(t, made.accounts, len(rows))
	for i, row := range rows {
		account := made.accounts[i]
		balances := account.GetBalances()
		require.Equal(t, row.name, account.GetName())
		require.Equal(t, row.mask, account.GetMask())
		require.Equal(t, row.kind, account.GetType())
		require.Equal(t, row.subtype, account.GetSubtype())
		require.Equal(t, row.available, balances.Available.Get(), row.name)
		require.Equal(t, row.current, balances.Current.Get(), row.name)
		require.Equal(t, row.limit, balances.Limit.Get(), row.name)
		require.Equal(t, "USD", balances.GetIsoCurrencyCode())
	}

	balance, err := c.balance(made.accessToken)
	require.NoError(t, err)
	require.Equal(t, made.accounts, balance.GetAccounts())

	got, err := c.item(made.accessToken)
	require.NoError(t, err)
	inItem, inBalance := got.GetItem(), balance.GetItem()
	require.Equal(t, made.itemID, inItem.GetItemId())
	require.Equal(t, made.itemID, inBalance.GetItemId())
	require.Equal(t, firstPlatypusBank, inItem.GetInstitutionId())
	require.Nil(t, inItem.Error.Get())
}

// TestAuth compares the numbers of user_good (plaid-java tests; public notes, 2026-09).
func TestAuth(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	made := c.link()
	auth, err := c.auth(made.accessToken)
	require.NoError(t, err)
	numbers := auth.GetNumbers()
	require.Empty(t, numbers.GetEft())
	require.Empty(t, numbers.GetInternational())
	require.Empty(t, numbers.GetBacs())
	byMask := map[string]string{}
	for _, ach := range numbers.GetAch() {
		require.Equal(t, "011401533", ach.GetRouting())
		require.Equal(t, "021000021", ach.GetWireRouting())
		for _, account := range made.accounts {
			if account.GetAccountId() == ach.GetAccountId() {
				byMask[account.GetMask()] = ach.GetAccount()
			}
		}
	}
	require.Equal(t, map[string]string{
		"0000": "1111222233330000", "1111": "1111222233331111", "9002": "1111222233339002",
	}, byMask)

	request := *plaid.NewAuthGetRequest(made.accessToken)
	options := plaid.NewAuthGetRequestOptions()
	saving := made.account(t, "1111")
	options.SetAccountIds([]string{saving.GetAccountId()})
	request.SetOptions(*options)
	one, _, err := c.AuthGet(t.Context()).AuthGetRequest(request).Execute()
	require.NoError(t, err)
	require.Len(t, one.GetAccounts(), 1)
	require.Len(t, one.Numbers.GetAch(), 1)
}

// TestIdentity compares the owner of user_good (plaid-ruby VCR cassettes, 2017 to 2021).
func TestIdentity(t *testing.T) {
	t.Parallel()
	c := newClient(t, emulator.RunT(t).PlaidURL(), "")
	made := c.link()
	identity, err := c.identity(made.accessToken)
	require.NoError(t, err)
	require.Len(t, identity.GetAccounts(), len(made.accounts))
	for _, account := range identity.GetAccounts() {
		require.Len(t, account.GetOwners(), 1)
		owner := account.GetOwners()[0]
		require.Equal(t, []string{"Alberta Bobbeth Charleson"}, owner.GetNames())
		require.Len(t, owner.GetAddresses(), 2)
		require.Len(t, owner.GetEmails(), 3)
		require.Len(t, owner.GetPhoneNumbers(), 3)
	}
}

// TestProcessors makes a token for processors of several kinds and reads the account through it.
func TestProcessors(t *testing.T) {
	t.Parallel()
	url := emulator.RunT(t).PlaidURL()
	for _, processor := range []string{
		"apex_clearing", "dwolla", "alpaca", "drivewealth", "modern_treasury", "moov", "unit", "wyre", "zero_hash",
	} {
		t.Run(processor, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, url, worldName(t))
			made := c.link()
			token, err := c.processorToken(made.accessToken, made.checking(t), processor)
			require.NoError(t, err)
			c.readThrough(token, made)
		})
	}
	t.Run("apex endpoint", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, url, worldName(t))
		made := c.link()
		token, err := c.apexToken(made.accessToken, made.checking(t))
		require.NoError(t, err)
		c.readThrough(token, made)
	})
	t.Run("stripe endpoint", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, url, worldName(t))
		made := c.link()
		token, err := c.stripeToken(made.accessToken, made.checking(t))
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(token, "btok_"), token)
	})
	t.Run("sandbox helper", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, url, worldName(t))
		request := *plaid.NewSandboxProcessorTokenCreateRequest(firstPlatypusBank)
		made, _, err := c.SandboxProcessorTokenCreate(t.Context()).SandboxProcessorTokenCreateRequest(request).Execute()
		require.NoError(t, err)
		get := *plaid.NewProcessorAccountGetRequest(made.GetProcessorToken())
		account, _, err := c.ProcessorAccountGet(t.Context()).ProcessorAccountGetRequest(get).Execute()
		require.NoError(t, err)
		require.Equal(t, firstPlatypusBank, account.GetInstitutionId())
	})
}

// readThrough reads what a processor reads with its token and finds Plaid Checking of the Item.
func (c *client) readThrough(token string, made item) {
	c.t.Helper()
	ctx := c.t.Context()
	checking := made.account(c.t, "0000")
	wanted := checking.GetAccountId()

	account, _, err := c.ProcessorAccountGet(ctx).
		ProcessorAccountGetRequest(*plaid.NewProcessorAccountGetRequest(token)).Execute()
	require.NoError(c.t, err)
	require.Equal(c.t, wanted, account.Account.GetAccountId())
	require.Equal(c.t, firstPlatypusBank, account.GetInstitutionId())

	auth, _, err := c.ProcessorAuthGet(ctx).
		ProcessorAuthGetRequest(*plaid.NewProcessorAuthGetRequest(token)).Execute()
	require.NoError(c.t, err)
	ach := auth.Numbers.GetAch()
	require.Equal(c.t, wanted, auth.Account.GetAccountId())
	require.Equal(c.t, wanted, ach.GetAccountId())
	require.Equal(c.t, "1111222233330000", ach.GetAccount())
	require.Equal(c.t, "011401533", ach.GetRouting())

	balance, _, err := c.ProcessorBalanceGet(ctx).
		ProcessorBalanceGetRequest(*plaid.NewProcessorBalanceGetRequest(token)).Execute()
	require.NoError(c.t, err)
	require.Equal(c.t, checking.GetBalances(), balance.Account.GetBalances())

	identity, _, err := c.ProcessorIdentityGet(ctx).
		ProcessorIdentityGetRequest(*plaid.NewProcessorIdentityGetRequest(token)).Execute()
	require.NoError(c.t, err)
	require.Len(c.t, identity.Account.GetOwners(), 1)
	require.Equal(c.t, []string{"Alberta Bobbeth Charleson"}, identity.Account.GetOwners()[0].GetNames())
}
