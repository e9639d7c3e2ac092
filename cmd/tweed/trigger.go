package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tweed/emulator"
)

const triggerLong = `trigger has a running server send one of Plaid's webhooks: signed, with the ids,
tokens and times of the world, to the webhook of the Item that it is about. WEBHOOK is
type and code, or a code that one type has. The world is not changed by it.

  tweed trigger ITEM.ERROR --item alice --set error.error_code=INVALID_CREDENTIALS
  tweed trigger TRANSACTIONS.DEFAULT_UPDATE --set new_transactions=3
  tweed trigger TRANSFER_EVENTS_UPDATE --to http://127.0.0.1:3000/webhook
  tweed trigger --list`

// triggerFlags are what trigger is told.
type triggerFlags struct {
	item, accessToken, processorToken, to, data string
	set                                         []string
	list, asJSON                                bool
}

func newTrigger() *cobra.Command {
	c, f := &control{}, &triggerFlags{}
	cmd := &cobra.Command{
		Use:   "trigger WEBHOOK",
		Short: "have a running server send one of Plaid's webhooks",
		Long:  triggerLong,
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.list {
				return listWebhooks(cmd.OutOrStdout(), f.asJSON)
			}
			if len(args) == 0 {
				return usage(errors.New("there is no webhook; name one, for example ITEM.ERROR (--list lists all)"))
			}
			body, err := f.body(cmd.InOrStdin(), args[0])
			if err != nil {
				return usage(err)
			}
			return f.send(cmd, c, body)
		},
	}
	c.addFlags(cmd)
	o := cmd.Flags()
	o.StringVar(&f.item, "item", "", "the Item that it is about: its name in the scenario, or item_id")
	o.StringVar(&f.accessToken, "access-token", "", "the Item that it is about, by its token")
	o.StringVar(&f.processorToken, "processor-token", "", "a partner's token: its account, and its webhook as the target")
	o.StringVar(&f.to, "to", "", "where it goes (default: the webhook of what it is about)")
	o.StringArrayVar(&f.set, "set", nil, "a value of the body, PATH=VALUE: error.error_code=NO_ACCOUNTS; may be repeated")
	o.StringVar(&f.data, "data", "", "a file with members of the body as a JSON object (- is stdin)")
	o.BoolVar(&f.list, "list", false, "list all webhooks and what causes them")
	o.BoolVar(&f.asJSON, "json", false, "print JSON")
	return cmd
}

// body is what the control API is sent.
func (f *triggerFlags) body(stdin io.Reader, webhook string) ([]byte, error) {
	body := map[string]any{"webhook": webhook}
	for name, text := range map[string]string{
		"item": f.item, "access_token": f.accessToken, "processor_token": f.processorToken, "to": f.to,
	} {
		if text != "" {
			body[name] = text
		}
	}
	if f.data != "" {
		text, err := readRule(stdin, f.data)
		if err != nil {
			return nil, err
		}
		var data map[string]json.RawMessage
		if err := json.Unmarshal(text, &data); err != nil {
			return nil, fmt.Errorf("%s: the members of a webhook are a JSON object: %w", f.data, err)
		}
		body["data"] = data
	}
	set := map[string]any{}
	for _, one := range f.set {
		path, value, ok := strings.Cut(one, "=")
		if !ok || path == "" {
			return nil, fmt.Errorf("--set %q is not PATH=VALUE; write for example error.error_code=NO_ACCOUNTS", one)
		}
		set[path] = value
		if json.Valid([]byte(value)) {
			set[path] = json.RawMessage(value)
		}
	}
	if len(set) > 0 {
		body["set"] = set
	}
	return json.Marshal(body)
}

// send makes the call and prints where the webhook went and what it says.
func (f *triggerFlags) send(cmd *cobra.Command, c *control, body []byte) error {
	var reply struct {
		Done    string          `json:"done"`
		Webhook string          `json:"webhook"`
		Schema  string          `json:"schema"`
		Target  string          `json:"target"`
		Body    json.RawMessage `json:"body"`
		Differs []string        `json:"differs,omitempty"`
	}
	err := c.call(cmd.Context(), http.MethodPost, "webhooks", body, &reply)
	if refused, ok := errors.AsType[refusal](err); ok && refused.Code == "TWEED_BAD_REQUEST" {
		return usage(err)
	}
	if err != nil {
		return failed(err)
	}
	for _, line := range reply.Differs {
		fmt.Fprintln(cmd.ErrOrStderr(), "note: not as in Plaid's specification:", line)
	}
	if f.asJSON {
		return printJSON(cmd.OutOrStdout(), reply)
	}
	var text bytes.Buffer
	if err := json.Indent(&text, reply.Body, "", "  "); err != nil {
		return failed(err)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s\n%s\n", reply.Done, strings.TrimSpace(text.String()))
	return nil
}

// listWebhooks prints all webhooks and what causes them.
func listWebhooks(w io.Writer, asJSON bool) error {
	all := emulator.Webhooks()
	if asJSON {
		return printJSON(w, all)
	}
	tab := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tab, "WEBHOOK\tSPECIFICATION\tCAUSES")
	for _, kind := range all {
		causes := strings.Join(kind.Causes, ", ")
		if causes == "" {
			causes = "by trigger alone"
		}
		fmt.Fprintf(tab, "%s\t%s\t%s\n", kind.Name, kind.Schema, causes)
	}
	return tab.Flush()
}
