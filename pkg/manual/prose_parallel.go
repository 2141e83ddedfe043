package manual

import "portkit/pkg/cli"

// aboutMany is the sections of portkit-parallel(7).
func aboutMany() []cli.Section {
	return []cli.Section{
		{Title: "Description", Text: aboutSharing},
		{Title: "What each machine needs", Text: aboutMachines},
		{Title: "The command", Text: "Endpoints into a file, from there to the machines, and what they found into another:\n\n" +
			shown("portgen -i hosts.ndjson -p 22,443 --resolve first > endpoints.ndjson\n"+Recipe+" \\\n  < endpoints.ndjson > results.ndjson\nportsum -o text results.ndjson") +
			"\n\n" + aboutCommand},
		{Title: "When a machine dies", Text: aboutDeath},
		{Title: "When blocks have failed", Text: aboutFailure},
		{Title: "Speed", Text: aboutSpeed},
		{Title: "Names, scope and ceilings", Text: aboutScope},
		{Title: "Engines that hand out numbers", Text: aboutNumbers},
		{Title: "Slurm", Text: "scan.sbatch:\n\n" + shown(Engine("scan.sbatch")) + "\n\n" + aboutSlurm},
		{Title: "Kubernetes", Text: "scan-job.yaml, an indexed job:\n\n" + shown(Engine("scan-job.yaml")) + "\n\n" + aboutKubernetes},
	}
}

const aboutSharing = `Where one machine is too slow, or sees too little, several can do one scan. GNU parallel(1) hands the work out:
it cuts what portgen(1) writes into blocks of whole lines, gives each to a portprobe(1) on one of the machines over ssh(1), and writes
what comes back. A block whose machine died is sent to another one.

Results add up in any order, and a result met twice counts once. So what portsum(1) makes of them is, byte for byte, what it would
make of one machine's, as long as the targets answer all machines alike.

This page was tried with GNU parallel 20221122.`

const aboutMachines = `An account that ssh can enter with a key and without a question; portprobe in the PATH that such an account has without a terminal; perl, which
GNU parallel runs there; and a folder for temporary files. GNU parallel itself is needed on the near machine only, and so are
host lists. Whether all is well is shown by

    parallel --nonall --tag -S scan1,scan2,scan3 portprobe --version

A machine that is gone without a word, by power or network, must not be waited for. In the near machine's ssh_config(5):

    Host scan1 scan2 scan3
        BatchMode yes
        ConnectTimeout 10
        ServerAliveInterval 5
        ServerAliveCountMax 3

The last two lines give such a machine up after 15 seconds. Without them ssh may wait for ever, and parallel with it.`

const aboutCommand = `Its parts:

--pipe --block 1M
	Blocks of whole lines, each the standard input of one portprobe. A megabyte is about 16,000 endpoints.

--jobs 2
	So many at a time on each machine: one asks while the other waits for what is silent. It has to be given, because parallel would else ask
	each machine how many cores it has, and for that has to be installed there.

-S scan1,scan2,scan3
	The machines, by their names for ssh. A colon is the near machine, 4/scan1 gives scan1 four at a time, and --sshloginfile takes
	a file of them, a line each.

--retries 3
	A block that failed is sent again, to a machine where it has not failed; in all so many times. Not fewer than there are machines.

--joblog scan.log
	What became of each block, for the case that some have failed.

echo;
	An empty line before the results of each block, which every tool skips. It ends a line that a dying machine left torn, so that the
	next one stays whole.

|| test $? = 1
	portprobe ends with status 1 when a record is an error, such as a name that has no address. That block is done, and not
	to be sent again. Where the account's shell is fish, it is $status instead of $?.

The results of a block come when it is done, and nothing comes of an attempt that is followed by another. With
--line-buffer or --ungroup results come at once, and those of a block that is sent again come twice: portsum counts endpoints once all the same,
but records that could not be read twice.`

const aboutDeath = `Its blocks fail, and are sent to the other machines. What it had asked of them is asked a second time. parallel goes on offering it blocks, of
which each fails there once and is sent elsewhere, so that it is back at work when it is back. The far portprobe ends with its connection.

What ssh cannot see is a portprobe that hangs on a machine that is well. If that is a concern, --timeout 1h gives
a block up after an hour and sends it again; it has to be longer than the slowest machine takes for a block.`

const aboutFailure = `parallel ends with status 0 when every block was done, else with the number of blocks that failed on every attempt (101: more than a hundred). The same
command once more, with --resume-failed, and with >> in place of >, sends these and what had not been begun. So it does after an interrupt:
what was under way then is sent again.

It tells blocks by their numbers. Input and --block have to be the same for that, which is why the endpoints are in a file: names may have other
addresses by now, and without --seed a random order is another each time. Of a block that failed on every attempt portsum may
report a torn line; its endpoint is in the block that was sent again.

A flag that portprobe does not know fails every block. With --halt now,fail=1 the first block that failed on every attempt ends it all, and --resume-failed
goes on from there. (Not --halt soon: with --pipe parallel may then wait for ever.)`

const aboutSpeed = `Each machine takes its next block when it is done with one, so a slow one takes fewer and holds none of the others back. Only at the
end the scan waits for the last blocks of the slowest: smaller blocks make that shorter. But each block costs a login and, at its end, the second or
more that silence takes, so larger blocks and more --jobs make the rest faster. From 1M to 4M, or about a minute's
work, is a good start.

In linear order a block is all ports of a few hosts, and what portprobe has learned about a host serves all of it. In random order every target hears from all
machines at once, and each block has to learn anew.`

const aboutScope = `Names are looked up by the machine that asks, unless portgen does it with --resolve. Do it there: resolvers may
differ, and a name at two addresses is two hosts to portsum.

What must not be asked is best left out by portgen (-x, -X), so that it never reaches the machines. A machine's own PORTKIT_DENY_FILE and PORTKIT_ALLOW_FILE
hold there as well.

Ceilings such as --rate, --host-rate and --host-concurrency hold for one portprobe. With three machines and two jobs each, -r 500 comes to
3000 attempts a second in all, and all six may be asking one host.

Give the machines records, not the lines of --plain: a record that a broken connection cuts short cannot be read, while a line cut short can be
another port.`

const aboutNumbers = `Batch systems start N tasks and tell each its number. With --shard I/N each makes its own part of the endpoints from the same list:
no two parts have an endpoint in common, and together they have all. In random order they need the same --seed.

Write N down rather than take the system's count of tasks, which is another one when only some are started again. --resume lets a task that was
ended half way go on where it was. And test $? -eq 1 lets a task be done whose records have errors in them.`

const aboutSlurm = `After sbatch scan.sbatch each task writes its part, and portsum -o text part-*.ndjson is the report. sbatch --array=3,7 scan.sbatch
starts two of them again. To try it without Slurm:

    SLURM_ARRAY_TASK_ID=1 bash scan.sbatch`

const aboutKubernetes = `The image is any that has bash and the programs, such as Debian's with the package of portkit in it. completions is the 16 of --shard.
Indexes begin at 0 and parts at 1. The volume has to be one that several pods may write to (ReadWriteMany), and backoffLimitPerIndex needs Kubernetes 1.29. The
host list comes into the cluster with

    kubectl create configmap scan-hosts --from-file=hosts.txt

and the report is portsum -o text part-*.ndjson in the volume. Asking takes no rights that a pod does not have. But what a
pod reaches is not what the world reaches, and its node translates its addresses: a low -c spares the tables of that.`
