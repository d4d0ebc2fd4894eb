"""The floor of a saved answer: Flask, SQLAlchemy Core, a signed cookie, one INSERT and COMMIT as durable as ours."""

from __future__ import annotations

import os

from flask import Flask, jsonify, request, session
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine

from lms.foundation.db import engine_options, prepare

engine = create_engine(os.environ["FLOOR_DATABASE"], **engine_options(os.environ["FLOOR_DATABASE"]))
prepare(engine)
saved = Table(
    "floor",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("taker", String(40)),
    Column("answer", String(400)),
)
saved.metadata.create_all(engine)
app = Flask(__name__)
app.secret_key = "floor"  # noqa: S105 - it signs nothing that matters


@app.post("/enter")
def enter() -> object:
    session["taker"] = request.json["taker"]
    return jsonify(entered=True)


@app.post("/save")
def save() -> object:
    connection = engine.connect().execution_options(sqlite_begin="IMMEDIATE")
    with connection, connection.begin():
        connection.execute(saved.insert().values(taker=session["taker"], answer=request.data.decode()))
    return jsonify(saved=True)
