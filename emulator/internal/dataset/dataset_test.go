package dataset_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/dataset"
	"tweed/emulator/internal/dataset/compile"
	"tweed/fixtures"
)

func TestTableIsTheYAML(t *testing.T) {
	t.Parallel()
	want, err := compile.Bank(fixtures.Files)
	require.NoError(t, err)
	got, err := os.ReadFile("tables_gen.go")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "tables_gen.go is stale: run go generate ./emulator/internal/dataset")
}

// TestUserGood writes user_good's accounts down once more, as in the recorded answers (plaid-ruby VCR cassettes,
// 2019-06, and third-party notes, 2026-09).
func TestUserGood(t *testing.T) {
	t.Parallel()
	want := `Plaid Checking|0000|depository/checking|100|110|-|Plaid Gold Standard 0% Interest Checking|personal
Plaid Saving|1111|depository/savings|200|210|-|Plaid Silver Standard 0.1% Interest Saving|personal
Plaid CD|2222|depository/cd|-|1000|-|Plaid Bronze Standard 0.2% Interest CD|personal
Plaid Credit Card|3333|credit/credit card|-|410|2000|Plaid Diamond 12.5% APR Interest Credit Card|personal
Plaid Money Market|4444|depository/money market|43200|43200|-|` +
		`Plaid Platinum Standard 1.85% Interest Money Market|personal
Plaid IRA|5555|investment/ira|-|320.76|-|-|-
Plaid 401k|6666|investment/401k|-|23631.9805|-|-|-
Plaid Student Loan|7777|loan/student|-|65262|-|-|-
Plaid Mortgage|8888|loan/mortgage|-|56302.06|-|-|-
Plaid HSA|9001|depository/hsa|6009|6009|-|Plaid Cares Health Savings Account|-
Plaid Cash Management|9002|depository/cash management|12060|12060|-|Plaid Growth Cash Management|-
Plaid Auto Loan|9003|loan/auto|-|23211.33|-|-|-
Plaid Home Equity Line of Credit|9004|loan/home equity|-|13500.5|-|-|-
Plaid Business Credit Card|9999|credit/credit card|4980|5020|10000|Plaid Platinum Small Business Credit Card|business`
	user, ok := dataset.FindUser("user_good")
	require.True(t, ok)
	require.Equal(t, "pass_good", user.Password)
	var got []string
	for _, a := range user.AccountSet().Accounts {
		got = append(got, strings.Join([]string{
			a.Name, a.Mask, a.Type + "/" + a.Subtype, amount(a.Available), amount(a.Current), amount(a.Limit),
			text(a.OfficialName), text(a.HolderCategory),
		}, "|"))
	}
	require.Equal(t, want, strings.Join(got, "\n"))
}

func amount(a *dataset.Amount) string {
	if a == nil {
		return "-"
	}
	return a.Text
}

func text(s *string) string {
	if s == nil {
		return "-"
	}
	return *s
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	set := dataset.Users()[0].AccountSet()
	var got []string
	for _, a := range set.ByACHOrder() {
		got = append(got, fmt.Sprintf("%s %s %s %s", a.Mask, a.Numbers.Account, a.Numbers.Routing, a.Numbers.WireRouting))
	}
	require.Equal(t, []string{
		"9002 1111222233339002 011401533 021000021",
		"0000 1111222233330000 011401533 021000021",
		"1111 1111222233331111 011401533 021000021",
	}, got)
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	for _, u := range dataset.Users() {
		for _, a := range u.AccountSet().Accounts {
			for _, m := range []*dataset.Amount{a.Available, a.Current, a.Limit} {
				if m == nil {
					continue
				}
				require.Equal(t, m.Text != "23631.9805", m.Exact, m.Text)
				data, err := json.Marshal(m)
				require.NoError(t, err)
				require.Equal(t, m.Text, string(data))
			}
		}
	}
	accounts := dataset.Users()[0].AccountSet().Accounts
	require.EqualValues(t, 11000, accounts[0].Current.Cents)
	require.EqualValues(t, 32076, accounts[5].Current.Cents)
	require.EqualValues(t, 2363198, accounts[6].Current.Cents, "cut towards zero")
	require.EqualValues(t, 1350050, accounts[12].Current.Cents)
}

func TestOwner(t *testing.T) {
	t.Parallel()
	for _, u := range dataset.Users() {
		require.Equal(t, []string{"Alberta Bobbeth Charleson"}, u.Person().Names)
	}
	o := dataset.Users()[0].Person()
	require.Len(t, o.Emails, 3)
	require.Equal(t, dataset.Contact{Data: "accountholder0@example.com", Primary: true, Type: "primary"}, o.Emails[0])
	require.Equal(t, dataset.Contact{Data: "1112225555", Type: "mobile"}, o.Phones[2])
	require.Equal(t, []dataset.Address{
		{Street: "2992 Cameron Road", City: "Malakoff", Region: "NY", PostalCode: "14236", Country: "US", Primary: true},
		{Street: "2493 Leisure Lane", City: "San Matias", Region: "CA", PostalCode: "93405-2255", Country: "US"},
	}, o.Addresses)
}

func TestInstitutions(t *testing.T) {
	t.Parallel()
	for _, id := range []string{
		"ins_109508", "ins_109509", "ins_109510", "ins_109511", "ins_109512", "ins_130016", "ins_43", "ins_116834",
		"ins_117181", "ins_117650", "ins_127287", "ins_132241", "ins_132363", "ins_132361", "ins_133402", "ins_133502",
		"ins_133503", "ins_135858", "ins_135842", "ins_12", "ins_3",
	} {
		in, ok := dataset.FindInstitution(id)
		require.True(t, ok, id)
		require.True(t, slices.IsSorted(in.Products), id)
		require.True(t, in.Offers("auth"), id)
		require.False(t, in.Offers("nothing"), id)
	}
	_, ok := dataset.FindInstitution("ABCDEFG1234567")
	require.False(t, ok)
	platypus := dataset.Institutions()[0]
	require.Equal(t, "First Platypus Bank", platypus.Name)
	require.Equal(t, "#0075a3", platypus.PrimaryColor)
	require.False(t, platypus.OAuth)
	require.Empty(t, platypus.RoutingNumbers)
	var unwell []string
	for _, in := range dataset.Institutions() {
		if in.Health != "healthy" || in.Unsupported || in.OAuth {
			unwell = append(unwell, fmt.Sprint(in.ID, " ", in.Health, " ", in.Unsupported, " ", in.OAuth))
		}
	}
	require.Equal(t, []string{
		"ins_127287 healthy false true", "ins_132241 healthy false true", "ins_132363 degraded false false",
		"ins_132361 down false false", "ins_133402 healthy true false", "ins_116834 healthy false true",
		"ins_117181 healthy false true", "ins_117243 healthy false true", "ins_117520 healthy false true",
		"ins_118511 healthy false true", "ins_55 healthy false true", "ins_60 healthy false true",
		"ins_61 healthy false true", "ins_63 healthy false true",
	}, unwell)
}

// The sixteen transactions of a cycle balance as the Sandbox's do: the card is paid off by what was bought with it.
func TestStandingTransactions(t *testing.T) {
	t.Parallel()
	rows := dataset.StandingTransactions()
	require.Len(t, rows, 16)
	bought, paid := 0.0, 0.0
	for _, row := range rows {
		payee, ok := dataset.FindPayee(row.Payee)
		require.True(t, ok, row.Payee)
		amount, err := strconv.ParseFloat(row.Amount, 64)
		require.NoError(t, err)
		switch {
		case row.Mask != "3333":
		case payee.Name == "AUTOMATIC PAYMENT - THANK":
			paid = amount
		default:
			bought += amount
		}
	}
	require.InDelta(t, paid, bought, 0.001)
	for _, draw := range dataset.Draws() {
		payee, ok := dataset.FindPayee(draw.Payee)
		require.True(t, ok)
		require.Equal(t, "assumed", payee.Confidence, "names of nobody")
	}
	_, ok := dataset.FindPayee("nobody")
	require.False(t, ok)
}

func TestProcessors(t *testing.T) {
	t.Parallel()
	require.Len(t, dataset.Processors(), 75)
	require.Equal(t, "dwolla", dataset.Processors()[0].ID)
	apex, ok := dataset.FindProcessor("apex_clearing")
	require.True(t, ok)
	require.Equal(t, "Apex Clearing", apex.Name)
	for _, no := range []string{"apex", "stripe", "sbv_api", ""} {
		_, ok := dataset.FindProcessor(no)
		require.False(t, ok, no)
	}
}

func TestFindUser(t *testing.T) {
	t.Parallel()
	for _, u := range dataset.Users() {
		got, ok := dataset.FindUser(u.Username)
		require.True(t, ok)
		require.Same(t, u, got)
	}
	_, ok := dataset.FindUser("user_bad")
	require.False(t, ok)
}
