from flask import Blueprint

experts = Blueprint("experts", __name__)

ROWS = 50  # on one page of a list
