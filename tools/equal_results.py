#!/usr/bin/env python3
"""Whether two builds compute the same, to the bit.

  tools/equal_results.py record BIN OUT [--models OLD]   run the programs in BIN and keep what came of it in OUT
  tools/equal_results.py compare A B                     exit 1 if any result of A and B differs

A recording simulates data, trains every model on it, interrupts a training and resumes it, converts, classifies,
benchmarks and scores detectors; with BEATBENCH_DATA set it scores them, and trains context_mlp, on mitdb.
Kept are the results without what must differ: times, paths, the commit, the machine. With --models, the runs and models
of another recording are opened and the run that it interrupted is resumed, and all must say what they said there. Both recordings are made on one machine, with
one thread each. Takes five minutes.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile

MODELS = {
    'cnn2d': 'filters=2,dense=8', 'alexnet': 'filters=2,dense=8', 'vgg16': 'filters=2,dense=8',
    'resnet50': 'filters=2', 'inception_v3': 'width=0.05', 'lstm': 'dense=6,hidden=5', 'resnet1d': 'filters=4',
    'resnet1d_12lead': 'filters=4', 'context_mlp': 'hidden=8',
}
VARYING = re.compile(r'(^|_)(s|time_per_beat|seconds|per_second|bytes|time|times|commit|context|system|date|out|load|rate_of_training|'
                     r'windows_per_second|path|library|machine)$')


class Recording:
    def __init__(self, programs, out):
        self.programs = pathlib.Path(programs).resolve()
        self.out = pathlib.Path(out).resolve()
        (self.out / 'results').mkdir(parents=True)

    def run(self, program, *words):
        environment = dict(os.environ, OMP_NUM_THREADS='1')
        done = subprocess.run([self.programs / program, *map(str, words)], cwd=self.out, env=environment,
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f'{program} {" ".join(map(str, words))}\n{done.stderr}')
        return done.stdout

    def keep(self, name, text):
        (self.out / 'results' / name).write_text(text.replace(str(self.out), 'OUT'))

    def keep_json(self, name, value):
        self.keep(name, json.dumps(without_varying(value), indent=1, sort_keys=True) + '\n')


def without_varying(value):
    if isinstance(value, dict):
        return {k: without_varying(v) for k, v in value.items() if not VARYING.search(k)}
    if isinstance(value, list):
        return [without_varying(v) for v in value]
    return value


def digest(data):
    return hashlib.sha256(data).hexdigest()


def hash_of_files(folder, pattern='*'):
    files = sorted(f for f in folder.rglob(pattern) if f.is_file())
    return ''.join(f'{digest(f.read_bytes())}  {f.relative_to(folder)}\n' for f in files)


def hash_of_weights(file):
    """Of all numbers in an archive of LibTorch; its texts name the commit."""
    with zipfile.ZipFile(file) as archive:
        names = sorted(n for n in archive.namelist() if re.search(r'/(data|constants|tensors)/\d+$', n))
        return ''.join(f'{digest(archive.read(n))}  {n.split("/", 1)[1]}\n' for n in names)


def log_without_seconds(text):
    lines = [line.split(',') for line in text.splitlines()]
    kept = [i for i, name in enumerate(lines[0]) if not re.search('second|per_s', name)]
    return '\n'.join(','.join(line[i] for i in kept) for line in lines) + '\n'


def predictions(recording, name, model, inputs):
    out = recording.out / 'predictions' / name
    recording.run('classify', '--model', model, *inputs, '--out', out, '--threads', 1, '--log-level', 'error')
    recording.keep(f'{name}.predictions', hash_of_files(out, '*.csv') + hash_of_files(out, '*.pred'))


def train(recording, name, words):
    run = recording.out / 'runs' / name
    recording.run('train', *words, '--threads', 1, '--seed', 3, '--out', run, '--log-level', 'error')
    recording.keep(f'{name}.log', log_without_seconds((run / 'log.csv').read_text()))
    recording.keep_json(f'{name}.report', json.loads((run / 'report.json').read_text()))
    recording.keep(f'{name}.weights', hash_of_weights(run / 'checkpoints/best.pt'))
    return run


def interrupt(recording):
    """Leaves a run that was stopped after its first epoch."""
    run = recording.out / 'interrupted'
    words = ['--model', 'resnet1d', '--model-option', 'filters=4', '--epochs', 40, '--data', recording.out / 'sim',
             '--classes', 'aami5', '--augment-shift', 4, '--schedule', 'cosine', '--threads', 1, '--seed', 3,
             '--out', run, '--log-level', 'error']
    process = subprocess.Popen([recording.programs / 'train', *map(str, words)], cwd=recording.out,
                               env=dict(os.environ, OMP_NUM_THREADS='1'), stderr=subprocess.DEVNULL)
    while process.poll() is None and not (run / 'checkpoints/last.pt').exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    if process.wait() != 130:
        sys.exit('the training that was to be interrupted ended by itself')


def resume(recording, source):
    run = recording.out / 'runs/resumed'
    shutil.copytree(source / 'interrupted', run)
    recording.run('train', '--resume', run, '--log-level', 'error')
    recording.keep('resumed.log', log_without_seconds((run / 'log.csv').read_text()))
    recording.keep('resumed.weights', hash_of_weights(run / 'checkpoints/best.pt'))


def inputs_for(recording, model):
    return [recording.out / 'twelve/t0001', recording.out / 'twelve/t0002'] if model == 'resnet1d_12lead' else \
        [recording.out / 'sim/s001', recording.out / 'sim/s002']


def folder_of(out, model):
    return out / ('models12' if model == 'resnet1d_12lead' else 'models')


def open_models(recording, source):
    """Checkpoints, runs and exported files of `source`, with the programs of this recording."""
    for name in MODELS:
        inputs = inputs_for(recording, name)
        predictions(recording, f'{name}.checkpoint', source / 'runs' / name, inputs)
        for suffix in ('.pt', '-int8.pt'):
            predictions(recording, f'{name}{suffix}', folder_of(source, name) / (name + suffix), inputs)


def record(programs, out, models):
    r = Recording(programs, out)
    r.run('convert', 'dataset', 'simdb', '--records', 10, '--duration', 90, '--out', r.out / 'sim')
    r.run('convert', 'dataset', 'simdb12', '--records', 40, '--out', r.out / 'twelve')
    r.keep('simdb.files', hash_of_files(r.out / 'sim') + hash_of_files(r.out / 'twelve'))
    for to, name in (('png', 'png'), ('csv', 'beats.csv')):
        r.run('convert', 'dataset', r.out / 'sim', '--to', to, '--classes', 'aami5', '--image-size', 32,
              '--out', r.out / name, '--protocol', 'patient-k-fold', '--folds', 5)
    r.keep('images.files', hash_of_files(r.out / 'png', '*.png'))
    r.keep('csv.files', digest((r.out / 'beats.csv').read_bytes()) + '\n')

    for model, options in MODELS.items():
        twelve = model == 'resnet1d_12lead'
        words = ['--model', model, '--model-option', options, '--epochs', 2, '--batch-size', 32,
                 '--data', r.out / ('twelve' if twelve else 'sim'), '--max-windows', 40 if twelve else 300]
        words += ['--protocol', 'patient-k-fold', '--folds', 4] if twelve else ['--classes', 'aami5']
        run = train(r, model, words)
        r.run('convert', run, '--to', 'torchscript,int8', '--out', folder_of(r.out, model), '--windows', 64,
              '--calibration-windows', 32, '--threads', 1, '--log-level', 'error', '--max-accuracy-drop', 100)
        for suffix in ('.pt', '-int8.pt'):
            r.keep(f'{model}{suffix}.weights', hash_of_weights(folder_of(r.out, model) / (model + suffix)))
            r.keep_json(f'{model}{suffix}.conversion',
                        json.loads((folder_of(r.out, model) / (model + suffix + '.json')).read_text()))
    train(r, 'features', ['--model', 'resnet1d', '--model-option', 'filters=4', '--epochs', 2, '--data', r.out / 'sim',
                          '--context', 'rr,late_beats', '--class-weights', 'sqrt', '--augment-shift', 4,
                          '--augment-scale', 0.1, '--sampling', 'balanced', '--init-from', r.out / 'runs/resnet1d'])
    train(r, 'images', ['--model', 'cnn2d', '--model-option', MODELS['cnn2d'], '--epochs', 1, '--data', r.out / 'png',
                        '--classes', 'own', '--crops', 'random', '--image-size', 32, '--max-windows', 200])
    train(r, 'csv', ['--model', 'lstm', '--model-option', MODELS['lstm'], '--epochs', 1, '--data', r.out / 'beats.csv',
                     '--classes', 'own'])
    series = r.out / 'runs/series'
    r.run('train', '--model', 'lstm', '--model-option', MODELS['lstm'], '--epochs', 1, '--data', r.out / 'sim',
          '--seeds', 2, '--threads', 1, '--max-windows', 200, '--out', series, '--log-level', 'error')
    r.keep_json('series.report', json.loads((series / 'report.json').read_text()))
    interrupt(r)
    source = pathlib.Path(models).resolve() if models else r.out
    open_models(r, source)
    resume(r, source)

    (r.out / 'data').mkdir()
    (r.out / 'data/sim').symlink_to(r.out / 'sim')
    r.run('benchmark', '--computer-type', 'here', '--models', r.out / 'models', '--datasets', r.out / 'data',
          '--dataset', 'sim', '--date', '2024-01-01', '--seconds', 0.01, '--batch-sizes', 4, '--threads', 1,
          '--reports', r.out / 'reports', '--log-level', 'error')
    for file in sorted((r.out / 'reports').glob('*.json')):
        r.keep_json(file.name, json.loads(file.read_text()))
    data = os.environ.get('BEATBENCH_DATA')
    scored = 'mitdb' if data else r.out / 'sim'
    r.keep_json('detectors.json', json.loads(r.run('benchmark', 'detectors', '--data', scored, '--json')))
    r.keep_json('annotations.json', json.loads(r.run(
        'benchmark', 'annotations', '--data', r.out / 'sim', '--test', r.out / 'predictions/resnet1d.checkpoint',
        '--start', 0, '--json')))
    if data:
        train(r, 'mitdb', ['--model', 'context_mlp', '--model-option', 'hidden=8', '--epochs', 1, '--data', 'mitdb',
                           '--classes', 'aami5', '--protocol', 'inter-patient', '--batch-size', 1024])


def compare(a, b):
    a, b = pathlib.Path(a) / 'results', pathlib.Path(b) / 'results'
    names = sorted({f.name for f in a.iterdir()} | {f.name for f in b.iterdir()})
    read = lambda folder, name: (folder / name).read_bytes() if (folder / name).exists() else None
    different = [name for name in names if read(a, name) != read(b, name)]
    for name in different:
        print('differs:', name)
    print(f'{len(names) - len(different)} of {len(names)} results are equal')
    return 1 if different or not names else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest='command', required=True)
    one = commands.add_parser('record')
    one.add_argument('programs')
    one.add_argument('out')
    one.add_argument('--models')
    two = commands.add_parser('compare')
    two.add_argument('a')
    two.add_argument('b')
    arguments = parser.parse_args()
    if arguments.command == 'compare':
        sys.exit(compare(arguments.a, arguments.b))
    record(arguments.programs, arguments.out, arguments.models)


main()
