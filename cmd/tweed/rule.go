package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tweed/emulator/scenario"
)

func newRule() *cobra.Command {
	c := &control{}
	cmd := &cobra.Command{
		Use:   "rule",
		Short: "add, list and remove rules of a running server",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.addFlags(cmd)
	cmd.AddCommand(newRuleAdd(c), newRuleList(c), newRuleRemove(c))
	return cmd
}

// ruleFlags are what a rule can say in flags: the keys of the language, values as they
// would stand in YAML.
var ruleFlags = []struct {
	key, help string
	text      bool // a text that needs no quotes of its own
	effect    bool // stands under then
	yes       bool // without a value it is true
}{
	{key: "name", text: true, help: "the rule's name, by which it is removed"},
	{key: "call", text: true, help: "calls that it is about: /accounts/balance/get, \"GET /path\", /processor/*"},
	{key: "ach", text: true, help: "transfers that it is about: deposit, withdrawal, micro_deposit, any"},
	{key: "webhook", text: true, help: "webhooks that it is about: ITEM.ERROR, TRANSACTIONS.*"},
	{key: "link", text: true, help: "ends of Link that it is about: success, exit, any"},
	{key: "skip", help: "let the first so many pass"},
	{key: "times", help: "act so often"},
	{key: "every", help: "act on each so-manieth"},
	{key: "chance", help: "act with this probability"},
	{key: "error", effect: true, help: "answer with this error: ITEM_LOGIN_REQUIRED"},
	{key: "delay", effect: true, help: "hold the answer back: 300ms, or [100ms, 2s]; a webhook, by world time"},
	{key: "return", effect: true, help: "return the transfer: R01"},
	{key: "noc", effect: true, help: "send a notification of change: C01"},
	{key: "reject", effect: true, help: "reject the transfer: NSF"},
	{key: "stay", effect: true, help: "leave the transfer in a state: PENDING"},
	{key: "after", effect: true, help: `when the transfer's fate comes: "2 banking days"`},
	{key: "drop", effect: true, yes: true, help: "lose the webhook"},
	{key: "duplicate", effect: true, help: "send the webhook so many more times"},
	{key: "reorder", effect: true, yes: true, help: "let the next webhook go first"},
	{key: "exit", effect: true, help: "end Link with this error or status: INSTITUTION_DOWN, requires_credentials"},
	{key: "omit", effect: true, help: "leave these out of Link's metadata: [account_id]"},
}

func newRuleAdd(c *control) *cobra.Command {
	texts := map[string]*string{}
	var where []string
	var then string
	cmd := &cobra.Command{
		Use:   "add [FILE | -]",
		Short: "add a rule: from a file, from stdin (-), or from flags",
		Long: "add gives a running server one more rule, which is asked before all others. It stands in a file (YAML or\n" +
			"JSON), comes from stdin, or is said in flags:\n\n" +
			"  tweed rule add --call /accounts/balance/get --error ITEM_LOGIN_REQUIRED --times 1\n" +
			"  tweed rule add --ach deposit --where 'amount_cents={min: 100000}' --return R01 --after '2 banking days'\n" +
			"  tweed rule add --webhook ITEM.ERROR --drop --times 1\n" +
			"  tweed rule add --link success --exit INSTITUTION_DOWN --times 1",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			inline := inlineRule(cmd, texts, where, then)
			var body []byte
			var err error
			path := "rules"
			switch {
			case inline != "" && len(args) > 0:
				return usage(errors.New("the rule stands in a file and in flags; use one of both"))
			case inline == "" && len(args) == 0:
				return usage(errors.New("there is no rule; name a file, or say it in flags: --call, --error"))
			case inline != "":
				body, err = parseInline(inline)
			default:
				body, err = readRule(cmd.InOrStdin(), args[0])
				path += "?file=" + url.QueryEscape(args[0])
			}
			if err != nil {
				return usage(err)
			}
			return c.act(cmd, http.MethodPost, path, body)
		},
	}
	for _, f := range ruleFlags {
		texts[f.key] = cmd.Flags().String(f.key, "", f.help)
		if f.yes {
			cmd.Flags().Lookup(f.key).NoOptDefVal = "true"
		}
	}
	cmd.Flags().StringArrayVar(&where, "where", nil, "a condition, FACT=VALUE; may be repeated")
	cmd.Flags().StringVar(&then, "then", "", "what it does, as YAML: {patch: {omit: [/accounts/0/mask]}}")
	return cmd
}

// inlineRule writes the rule of the flags as YAML, "" if there is none.
func inlineRule(cmd *cobra.Command, texts map[string]*string, where []string, then string) string {
	var rule, effects []string
	for _, f := range ruleFlags {
		value := *texts[f.key]
		if !cmd.Flags().Changed(f.key) {
			continue
		}
		if f.text {
			value = strconv.Quote(value)
		}
		if line := f.key + ": " + value; f.effect {
			effects = append(effects, line)
		} else {
			rule = append(rule, line)
		}
	}
	var conditions []string
	for _, one := range where {
		fact, value, _ := strings.Cut(one, "=")
		conditions = append(conditions, fact+": "+value)
	}
	if len(conditions) > 0 {
		rule = append(rule, "where: {"+strings.Join(conditions, ", ")+"}")
	}
	switch {
	case then != "":
		rule = append(rule, "then: "+then)
	case len(effects) > 0:
		rule = append(rule, "then: {"+strings.Join(effects, ", ")+"}")
	}
	return strings.Join(rule, "\n")
}

// parseInline checks the rule of the flags. Its problems have no line: nobody has seen the
// text.
func parseInline(text string) ([]byte, error) {
	rule, err := scenario.ParseRule([]byte(text))
	if problems, ok := errors.AsType[scenario.Problems](err); ok {
		for i := range problems {
			problems[i].Line, problems[i].Column = 0, 0
		}
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(rule)
}

func readRule(stdin io.Reader, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(file)
}

// act makes a call that changes something, and prints what was done.
func (c *control) act(cmd *cobra.Command, method, path string, body []byte) error {
	var reply struct {
		Done string `json:"done"`
	}
	err := c.call(cmd.Context(), method, path, body, &reply)
	if refused, ok := errors.AsType[refusal](err); ok && refused.Code == "TWEED_SCENARIO" {
		return usage(err) // the file is bad
	}
	if err != nil {
		return failed(err)
	}
	fmt.Fprintln(cmd.OutOrStdout(), reply.Done)
	return nil
}

func newRuleList(c *control) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the rules that were added, a JSON object each; those of the scenario are not listed",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var reply struct {
				Rules []json.RawMessage `json:"rules"`
			}
			if err := c.call(cmd.Context(), http.MethodGet, "rules", nil, &reply); err != nil {
				return failed(err)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), reply.Rules)
			}
			for _, rule := range reply.Rules {
				var line bytes.Buffer
				if err := json.Compact(&line, rule); err != nil {
					return failed(err)
				}
				fmt.Fprintln(cmd.OutOrStdout(), line.String())
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

func newRuleRemove(c *control) *cobra.Command {
	return &cobra.Command{
		Use:   "remove NAME",
		Short: "remove a rule that was added",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.act(cmd, http.MethodDelete, "rules/"+url.PathEscape(args[0]), nil)
		},
	}
}
