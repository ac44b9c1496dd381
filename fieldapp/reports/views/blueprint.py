from flask import Blueprint

reports = Blueprint("reports", __name__)

ROWS = 30  # on one page of a list
